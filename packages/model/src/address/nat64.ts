import type { Address } from "./address.js";
import type { Prefix } from "./prefix.js";

const wellKnownTop = 0x64_ff9b_0000_0000_0000_0000n;

/** The well-known NAT64 prefix of RFC 6052. */
export const nat64Prefix: Prefix = { address: { family: 6, value: wellKnownTop << 32n }, length: 96 };

/** The IPv4 address that a NAT64 gateway forwards to, for an address in 64:ff9b::/96; null for any other. */
export function embeddedV4(address: Address): Address | null {
  if (address.family === 4 || address.value >> 32n !== wellKnownTop) return null;
  return { family: 4, value: address.value & 0xffffffffn };
}

/** The NAT64 block that stands for an IPv4 block. */
export function nat64Of(prefix: Prefix): Prefix {
  const value = nat64Prefix.address.value | prefix.address.value;
  return { address: { family: 6, value }, length: 96 + prefix.length };
}
