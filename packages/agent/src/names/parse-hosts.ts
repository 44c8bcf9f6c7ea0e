import { type Address, formatAddress, parseAddress, unmapAddress } from "@ringfence/model";
import { parseName } from "@ringfence/policy";
import { isNeverNamed } from "./never-named.js";

/** An address, and the names that a hosts file gives it, in the form that DNS carries. */
export interface HostEntry {
  readonly address: Address;
  readonly names: readonly string[];
}

export interface ParsedHosts {
  readonly entries: readonly HostEntry[];
  /** names that DNS cannot have, and no rule */
  readonly refused: number;
  /** names for which there was no room */
  readonly beyond: number;
}

/** Pairs of name and address that are taken: RF_HOSTS of the kernel side. */
export const HOSTS_ROOM = 8192;
/** What the kernel has room for. */
export const NAMES_OF_ADDRESS = 16;

/**
 * What a hosts(5) file says, each address once. Lines without an address are left out, as the C library does, and
 * loopback, link-local and unspecified addresses, which no name may have.
 */
export function parseHosts(text: string): ParsedHosts {
  const known = new Map<string, { readonly address: Address; readonly names: Set<string> }>();
  const counts = { refused: 0, beyond: 0, taken: 0 };
  for (const line of text.split("\n")) {
    const [first = "", ...words] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/);
    const parsed = parseAddress(first);
    if (parsed === null || isNeverNamed(parsed)) continue;
    const address = unmapAddress(parsed);
    const key = formatAddress(address);
    const { names } = known.get(key) ?? { names: new Set<string>() };
    for (const word of words) {
      const name = parseName(word);
      if ("code" in name || name.wildcard) counts.refused++;
      else if (names.has(name.name)) continue;
      else if (names.size === NAMES_OF_ADDRESS || counts.taken === HOSTS_ROOM) counts.beyond++;
      else {
        names.add(name.name);
        counts.taken++;
      }
    }
    if (names.size > 0) known.set(key, { address, names });
  }
  const entries = [...known.values()].map(({ address, names }) => ({ address, names: [...names] }));
  return { entries, refused: counts.refused, beyond: counts.beyond };
}
