import { formatAddress, type NamePattern } from "@ringfence/model";
import { matchesName } from "../names/matches-name.js";
import type { ObservedQuery, Seen } from "../observed/observation.js";
import { parseName } from "../text/name-text.js";
import { plus } from "./usage.js";

interface Asker {
  readonly names: Map<string, Seen>;
  /** Resolvers that it asked and whose answers count. */
  readonly resolvers: Set<string>;
}

/** Who asked for which names. */
export class AskedNames {
  readonly #askers = new Map<string, Asker>();

  /** @param isNew whether its name still needs a rule */
  add(query: ObservedQuery, isNew: boolean): void {
    const { exe } = query.process;
    const asker = this.#askers.get(exe) ?? { names: new Map(), resolvers: new Set() };
    this.#askers.set(exe, asker);
    if (isNew) asker.names.set(query.name, plus(asker.names.get(query.name), query));
    if (query.trusted) asker.resolvers.add(formatAddress(query.resolver));
  }

  executables(): readonly string[] {
    return [...this.#askers.keys()].toSorted();
  }

  /** Whether `dns.resolvers` lets the executable ask there: it does for whoever may reach, or ask for, a name. */
  isResolverOf(exe: string, address: string): boolean {
    return this.#askers.get(exe)?.resolvers.has(address) ?? false;
  }

  /** Names that it asked for and that its rules do not have, as they may be asked for and not reached. */
  beyond(
    exe: string,
    reached: readonly NamePattern[],
  ): { readonly names: readonly string[]; readonly seen: Seen } | null {
    const found = [...(this.#askers.get(exe)?.names ?? [])].filter(
      ([name]) => !reached.some((pattern) => matchesName(pattern, name)),
    );
    const seen = found.reduce<Seen | undefined>((sum, [, one]) => plus(sum, one), undefined);
    return seen === undefined ? null : { names: found.map(([name]) => name).toSorted(), seen };
  }
}

/** The name as a rule lists it; null where none can. */
export function patternOf(name: string): NamePattern | null {
  const pattern = parseName(name);
  return "code" in pattern || pattern.wildcard ? null : pattern;
}
