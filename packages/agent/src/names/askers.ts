import type { DnsLine, ReportAsker } from "@ringfence/model";
import { shannonEntropy } from "./shannon-entropy.js";

/** Different names that are remembered of one executable, in all. */
const NAMES = 10_000;
const APEX_LABELS = 2;

interface Asker {
  queries: number;
  unanswered: number;
  nxdomain: number;
  longestName: number;
  characters: number;
  bits: number;
  readonly names: Set<string>;
  readonly namesBelow: Map<string, number>;
}

/** How each executable uses the DNS. */
export class Askers {
  readonly #askers = new Map<string, Asker>();

  add({ exe, name, answer }: Pick<DnsLine, "exe" | "name" | "answer">): void {
    const asker = this.#of(exe);
    asker.queries += 1;
    if (answer === null) asker.unanswered += 1;
    if (answer === "NXDOMAIN") asker.nxdomain += 1;
    asker.longestName = Math.max(asker.longestName, name.length);
    if (asker.names.has(name) || asker.names.size === NAMES) return;
    asker.names.add(name);
    const labels = name.split(".");
    const apex = labels.slice(-APEX_LABELS).join(".");
    asker.namesBelow.set(apex, (asker.namesBelow.get(apex) ?? 0) + 1);
    const below = labels.slice(0, -APEX_LABELS).join("");
    asker.characters += below.length;
    asker.bits += below.length * shannonEntropy(below);
  }

  /** In the order in which they asked first. */
  rows(): ReportAsker[] {
    return [...this.#askers].map(([exe, asker]) => ({
      exe,
      queries: asker.queries,
      unanswered: asker.unanswered,
      nxdomain: asker.nxdomain,
      names: asker.names.size,
      widestApex: widest(asker.namesBelow),
      longestName: asker.longestName,
      meanEntropy: asker.characters === 0 ? 0 : asker.bits / asker.characters,
    }));
  }

  #of(exe: string): Asker {
    const known = this.#askers.get(exe);
    if (known !== undefined) return known;
    const counts = { queries: 0, unanswered: 0, nxdomain: 0, longestName: 0, characters: 0, bits: 0 };
    const asker = { ...counts, names: new Set<string>(), namesBelow: new Map<string, number>() };
    this.#askers.set(exe, asker);
    return asker;
  }
}

function widest(namesBelow: ReadonlyMap<string, number>): ReportAsker["widestApex"] {
  let most = { name: "", names: 0 };
  for (const [name, names] of namesBelow) if (names > most.names) most = { name, names };
  return most;
}
