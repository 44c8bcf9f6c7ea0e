import { printable } from "../printable.js";
import type { EventCells } from "./event-cells.js";

const heads: EventCells = {
  time: "TIME",
  verdict: "VERDICT",
  process: "PROCESS",
  what: "WHAT",
  rule: "RULE",
};
const TIME = 14;
const VERDICT = 11;
const PROCESS = 22;
const RULE = 26;
const LEAST_WHAT = 24;

/** Rows of events in columns, which must be set before the first row is known. */
export class EventRows {
  readonly #columns: number | null;

  /** @param columns width of the terminal; null where nobody cuts lines: then nothing is cut */
  constructor(columns: number | null) {
    this.#columns = columns;
  }

  head(): string {
    return this.row(heads);
  }

  /** One line; what is cut ends in an ellipsis. A narrow terminal goes without rules, then without processes. */
  row({ time, verdict, process, what, rule }: EventCells): string {
    const fixed = [printable(time).padEnd(TIME), printable(verdict).padEnd(VERDICT)];
    if (this.#columns === null) {
      return [...fixed, printable(process).padEnd(PROCESS), printable(what).padEnd(40), printable(rule)]
        .join("  ")
        .trimEnd();
    }
    const left = this.#columns - TIME - VERDICT - 4;
    const hasRule = left >= PROCESS + LEAST_WHAT + RULE + 4;
    const hasProcess = left >= PROCESS + LEAST_WHAT + 2;
    const width = left - (hasProcess ? PROCESS + 2 : 0) - (hasRule ? RULE + 2 : 0);
    return [
      ...fixed,
      ...(hasProcess ? [fit(process, PROCESS)] : []),
      fit(what, Math.max(1, width)),
      ...(hasRule ? [fit(rule, RULE)] : []),
    ]
      .join("  ")
      .slice(0, this.#columns)
      .trimEnd();
  }
}

/** Exactly so wide. */
export function fit(text: string, width: number): string {
  const shown = printable(text);
  return shown.length <= width ? shown.padEnd(width) : `${shown.slice(0, width - 1)}…`;
}
