import type { AgentEvent } from "@ringfence/model";

/** What one executable did, in one workload. */
export interface TopRow {
  readonly exe: string;
  /** name of the container or unit; empty for the host */
  readonly workload: string;
  /** that passed, both ways */
  connections: number;
  /** or would be, if audited rules were enforced */
  denied: number;
  /** of connections that ended */
  sentBytes: number;
  receivedBytes: number;
  lastSeen: string;
}

export const topOrders = ["bytes", "connections", "denied"] as const;
export type TopOrder = (typeof topOrders)[number];

/** Executables are few; what makes up many gives way to others. */
const MOST_ROWS = 5000;

/** Adds up events by executable and workload. */
export class TopTable {
  readonly #rows = new Map<string, TopRow>();
  #lost = 0;
  #forgotten = 0;

  /** Events that this side was too slow for. */
  get lost(): number {
    return this.#lost;
  }

  /** Rows that had to give way. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  add(event: AgentEvent): void {
    if (event.type !== "verdict" && event.type !== "connection") return;
    const { process, workload, time } = event;
    const row = this.#rowOf(
      process?.exe ?? "(no process)",
      workload?.kind === "host" ? "" : (workload?.name ?? ""),
    );
    if (time > row.lastSeen) row.lastSeen = time;
    if (event.type === "connection") {
      row.sentBytes += event.sentBytes;
      row.receivedBytes += event.receivedBytes;
      return;
    }
    if (event.outcome === "denied" || event.outcome === "would-deny") row.denied += event.count;
    const isConnection = event.direction === "egress" || event.direction === "ingress";
    if (isConnection && event.action === "allow") row.connections += event.count;
  }

  lose(count: number): void {
    this.#lost += count;
  }

  /** Most first; what is equal by name, so that rows do not jump. */
  rows(order: TopOrder): readonly TopRow[] {
    return [...this.#rows.values()].toSorted(
      (a, b) => measureOf(b, order) - measureOf(a, order) || (nameOf(a) < nameOf(b) ? -1 : 1),
    );
  }

  #rowOf(exe: string, workload: string): TopRow {
    const key = JSON.stringify([workload, exe]);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    if (this.#rows.size >= MOST_ROWS) {
      const [oldest] = this.#rows.keys();
      if (oldest !== undefined) this.#rows.delete(oldest);
      this.#forgotten += 1;
    }
    const row = { exe, workload, connections: 0, denied: 0, sentBytes: 0, receivedBytes: 0, lastSeen: "" };
    this.#rows.set(key, row);
    return row;
  }
}

function measureOf(row: TopRow, order: TopOrder): number {
  return order === "bytes" ? row.sentBytes + row.receivedBytes : row[order];
}

function nameOf({ workload, exe }: TopRow): string {
  return `${workload}\0${exe}`;
}
