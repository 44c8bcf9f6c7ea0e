import type { DnsLine, ReportAsker } from "@ringfence/model";
import { shannonEntropy } from "./shannon-entropy.js";

/** Processes that a report has room for. */
const ASKERS = 1000;
/** Different names that are remembered of one process, and of all: 20 MB at most, however long they are. */
const NAMES_EACH = 10_000;
const NAMES = 50_000;

type Asked = Pick<DnsLine, "execId" | "pid" | "exe" | "name" | "answer">;

interface Asker {
  readonly first: Asked;
  readonly names: Set<string>;
  queries: number;
  unanswered: number;
  denied: number;
  nxdomain: number;
  longestName: number;
  moreQueries: number;
}

/** How each process uses the DNS. */
export class Askers {
  readonly #askers = new Map<string, Asker>();
  #names = 0;
  #more = 0;

  /** Queries of processes that found no row of their own. */
  get more(): number {
    return this.#more;
  }

  /** Counts a query once: one that would be denied has its answer, or none, in a line of its own. */
  add(line: Asked): void {
    const { name, answer } = line;
    if (answer === "would-deny") return;
    const asker = this.#of(line);
    if (asker === undefined) {
      this.#more += 1;
      return;
    }
    asker.queries += 1;
    if (answer === null) asker.unanswered += 1;
    if (answer === "denied") asker.denied += 1;
    if (answer === "NXDOMAIN") asker.nxdomain += 1;
    asker.longestName = Math.max(asker.longestName, name.length);
    if (asker.names.has(name)) return;
    if (asker.names.size === NAMES_EACH || this.#names === NAMES) asker.moreQueries += 1;
    else {
      asker.names.add(name);
      this.#names += 1;
    }
  }

  /** In the order in which they asked first. */
  async rows(): Promise<ReportAsker[]> {
    if (this.#askers.size === 0) return [];
    const { apexOf } = await import("./apex-of.js");
    return [...this.#askers.values()].map((asker) => rowOf(asker, apexOf));
  }

  #of(first: Asked): Asker | undefined {
    const known = this.#askers.get(first.execId);
    if (known !== undefined || this.#askers.size === ASKERS) return known;
    const counts = { queries: 0, unanswered: 0, denied: 0, nxdomain: 0, longestName: 0, moreQueries: 0 };
    const asker = { first, names: new Set<string>(), ...counts };
    this.#askers.set(first.execId, asker);
    return asker;
  }
}

function rowOf({ first, names, ...counts }: Asker, apexOf: (name: string) => string): ReportAsker {
  const below = new Map<string, number>();
  let [bytes, characters, bits] = [0, 0, 0];
  for (const name of names) {
    const apex = apexOf(name);
    const labels = name.slice(0, -apex.length).replaceAll(".", "");
    below.set(apex, (below.get(apex) ?? 0) + 1);
    bytes += name.length;
    characters += labels.length;
    bits += labels.length * shannonEntropy(labels);
  }
  const [widest = ["", 0]] = [...below].sort(([, a], [, b]) => b - a);
  return {
    exe: first.exe,
    pid: first.pid,
    execId: first.execId,
    ...counts,
    names: names.size,
    widestApex: { name: widest[0], names: widest[1] },
    meanLength: names.size === 0 ? 0 : bytes / names.size,
    meanEntropy: characters === 0 ? 0 : bits / characters,
  };
}
