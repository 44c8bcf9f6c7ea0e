import type { layout } from "@ringfence/kernel";
import { RecentMap } from "@ringfence/rules";
import { commandLineOf } from "./decode.js";

/** Command lines that are kept: more processes than a run has, and 10 MB of an agent's memory at the most. */
const KEPT = 16_384;

/** Command lines of the processes that had a verdict, from the events that announce them. */
export class CommandLines {
  readonly #lines = new RecentMap<string>(KEPT);

  add(event: Pick<layout.rf_process_event, "tgid" | "exec_ns" | "args" | "args_len">): void {
    this.#lines.set(keyOf(event.tgid, event.exec_ns), commandLineOf(event.args, event.args_len));
  }

  /** null when the announcing event was lost, or the process was not executed while we watched */
  get(tgid: number, execNs: bigint): string | null {
    return this.#lines.get(keyOf(tgid, execNs)) ?? null;
  }
}

function keyOf(tgid: number, execNs: bigint): string {
  return `${tgid}:${execNs}`;
}
