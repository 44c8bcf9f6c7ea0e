import type { DnsLine, ReportQuery } from "@ringfence/model";

/** Rows that a report has room for: whoever asks for made-up names makes as many as it likes. */
const ROWS = 1000;
const PIDS_SHOWN = 16;

interface Row {
  readonly line: DnsLine;
  readonly pids: Set<number>;
  readonly firstSeen: string;
  last: DnsLine;
  queries: number;
  least: number;
  most: number;
  total: number;
}

/** Joins queries to rows by executable, name, type, answer and resolver. */
export class NameRows {
  readonly #rows = new Map<string, Row>();
  #more = 0;

  /** Queries that found no row of their own. */
  get more(): number {
    return this.#more;
  }

  add(line: DnsLine): void {
    const { exe, name, type, answer, resolver, protocol, trust, rule } = line;
    const key = JSON.stringify([exe, name, type, answer, resolver, protocol, trust, rule]);
    const known = this.#rows.get(key);
    const latency = line.latencyMs ?? 0;
    if (known !== undefined) {
      if (known.pids.size < PIDS_SHOWN) known.pids.add(line.pid);
      known.last = line;
      known.queries += 1;
      known.least = Math.min(known.least, latency);
      known.most = Math.max(known.most, latency);
      known.total += latency;
    } else if (this.#rows.size === ROWS) this.#more += 1;
    else {
      const latencies = { least: latency, most: latency, total: latency };
      this.#rows.set(key, {
        line,
        pids: new Set([line.pid]),
        firstSeen: line.time,
        last: line,
        queries: 1,
        ...latencies,
      });
    }
  }

  /** In the order in which they were first seen. */
  rows(): ReportQuery[] {
    return [...this.#rows.values()].map(({ line, last, pids, firstSeen, queries, least, most, total }) => ({
      name: line.name,
      type: line.type,
      answer: line.answer,
      trust: line.trust,
      resolver: line.resolver,
      protocol: line.protocol,
      exe: line.exe,
      pids: [...pids],
      queries,
      addresses: last.addresses,
      found: last.found,
      learned: last.learned,
      ignored: last.ignored,
      rule: line.rule,
      latencyMs: line.latencyMs === null ? null : { least, mean: total / queries, most },
      firstSeen,
      lastSeen: last.time,
    }));
  }
}
