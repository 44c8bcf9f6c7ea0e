import { readFileSync } from "node:fs";
import { type Address, formatAddress } from "@ringfence/model";
import { RESOLVER_ROOM } from "@ringfence/policy";
import { parseResolvConf } from "./resolv-conf.js";

/** Who answers for this mount namespace: the C library's resolvers, and those that systemd-resolved passes on to. */
const files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"] as const;

/**
 * The resolvers whose answers count unless told otherwise: read by this process, which is outside every fence, so that
 * no file that a fenced command can write says whom to trust. Empty where there is none; at most as many as there is room for.
 */
export function trustedResolvers(): Address[] {
  return hostResolvers().slice(0, RESOLVER_ROOM);
}

/** All that these files name, each once; the C library asks the first three. */
export function hostResolvers(): Address[] {
  return [
    ...new Map(files.flatMap(readResolvers).map((address) => [formatAddress(address), address])).values(),
  ];
}

function readResolvers(path: string): Address[] {
  try {
    return parseResolvConf(readFileSync(path, "utf8"));
  } catch {
    return []; // not every host has it
  }
}
