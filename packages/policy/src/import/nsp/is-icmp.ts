import type { Transport } from "./nsp-profile.js";

/** True for the protocols that have no port. */
export function isIcmp(transport: Transport): transport is "icmp" | "icmpv6" {
  return transport === "icmp" || transport === "icmpv6";
}
