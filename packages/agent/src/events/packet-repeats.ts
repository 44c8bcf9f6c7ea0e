import type { layout } from "@ringfence/kernel";
import { RecentMap } from "@ringfence/rules";
import { isDeniedPacket } from "../observe/denied-packets.js";

/** As many as the kernel's flow table has rows. */
const ROWS = 65_536;

interface Told {
  readonly verdicts: bigint;
  /** when the last of them was, on the boot clock */
  readonly ns: bigint;
}

/**
 * Gets a verdict that repeated, how often since it was told last, and when it did last, on the boot clock. Its own time is
 * when it was told last: the kernel keeps none between.
 */
export type OnRepeats = (verdict: layout.rf_verdict_event, count: number, lastNs: bigint) => void;

/**
 * Denied packets that came again. The kernel tells the first of a kind, and counts the others in the flow's row: a flood would
 * else be an event for each packet. Rows are looked at now and then, and once more when the kernel gives them to another flow.
 */
export class PacketRepeats {
  readonly #onRepeats: OnRepeats;
  /** What was told, by the reference of the row. */
  readonly #told = new RecentMap<Told, number>(ROWS);

  /** @param rows as `deniedPackets` gives them: what they counted before, under another agent, is not told again */
  constructor(rows: Iterable<layout.rf_flow>, onRepeats: OnRepeats) {
    this.#onRepeats = onRepeats;
    for (const { reference, verdicts, last_ns } of rows) this.#told.set(reference, { verdicts, ns: last_ns });
  }

  /** @param rows as `deniedPackets` gives them */
  look(rows: Iterable<layout.rf_flow>): void {
    for (const row of rows) this.#tell(row);
  }

  /** The row is another flow's from now on. */
  retired(row: layout.rf_flow): void {
    if (!isDeniedPacket(row)) return;
    this.#tell(row);
    this.#told.delete(row.reference);
  }

  #tell({ key, actor, verdicts, first_ns, last_ns, reference }: layout.rf_flow): void {
    // the first was told as an event
    const told = this.#told.get(reference) ?? { verdicts: 1n, ns: first_ns };
    if (verdicts <= told.verdicts) return;
    this.#told.set(reference, { verdicts, ns: last_ns });
    const verdict = { kind: 0, flow: reference, time_ns: told.ns, key, actor, tid: 0, unused: 0 };
    this.#onRepeats(verdict, Number(verdicts - told.verdicts), last_ns);
  }
}
