import { type Address, formatAddress, type Prefix, parsePrefix, prefixContains } from "@ringfence/model";
import type { ObservedQuery } from "../observed/observation.js";

interface Asked {
  readonly name: string;
  readonly at: number;
}

/** Addresses that no name may have. */
const nameless: readonly Prefix[] = ["127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/32", "::1", "::", "fe80::/10"]
  .map(parsePrefix)
  .filter((prefix) => prefix !== null);

/** Which name each executable asked for before it connected to an address. */
export class NameMemory {
  readonly #asked = new Map<string, Map<string, Asked>>();

  add({ process, name, addresses, trusted, last }: ObservedQuery): void {
    if (!trusted) return;
    const own = this.#asked.get(process.exe) ?? new Map<string, Asked>();
    this.#asked.set(process.exe, own);
    for (const address of addresses) {
      if (!nameless.some((prefix) => prefixContains(prefix, address))) {
        own.set(formatAddress(address), { name, at: last });
      }
    }
  }

  /** The name, and how many seconds before `at` it was asked for; null where it did not ask. */
  nameOf(exe: string, address: Address, at: number): { readonly name: string; readonly age: number } | null {
    const found = this.#asked.get(exe)?.get(formatAddress(address));
    return found === undefined ? null : { name: found.name, age: Math.max(0, (at - found.at) / 1000) };
  }
}
