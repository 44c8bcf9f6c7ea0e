import type { Observation } from "../observed/observation.js";

/** What was seen and is in no rule, with why: by what it is, and how often. */
export class LeftOut {
  readonly #counts = new Map<string, number>();

  add(what: string, { count }: Observation): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** A line each, in an order that does not depend on when what was seen. */
  lines(): readonly string[] {
    return [...this.#counts]
      .map(([what, count]) => `${count} ${count === 1 ? "verdict" : "verdicts"}: ${what}`)
      .toSorted();
  }
}
