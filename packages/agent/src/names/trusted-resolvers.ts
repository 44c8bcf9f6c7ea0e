import { readFileSync } from "node:fs";
import { type Address, formatAddress } from "@ringfence/model";
import { parseResolvConf } from "./resolv-conf.js";

/** Who answers for this mount namespace: the C library's resolvers, and those that systemd-resolved passes on to. */
const files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"] as const;

const RESOLVERS = 16;

/**
 * The resolvers whose answers count unless told otherwise: read by this process, which is outside every fence, so that
 * no file that a fenced command can write says whom to trust. Empty where there is none; at most 16, as the C library takes
 * three.
 */
export function trustedResolvers(): Address[] {
  const found = new Map(files.flatMap(readResolvers).map((address) => [formatAddress(address), address]));
  return [...found.values()].slice(0, RESOLVERS);
}

function readResolvers(path: string): Address[] {
  try {
    return parseResolvConf(readFileSync(path, "utf8"));
  } catch {
    return []; // not every host has it
  }
}
