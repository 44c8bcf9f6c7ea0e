/** A quick run has one round where a full one has this many. */
const QUICK_PART = 20;
const FEWEST_ROUNDS = 2;

/** How long to measure: full numbers, or only whether everything works. */
export class Effort {
  readonly quick: boolean;

  constructor(quick: boolean) {
    this.quick = quick;
  }

  /** Rounds to make where a full run makes so many. */
  rounds(full: number): number {
    return this.quick ? Math.max(FEWEST_ROUNDS, Math.ceil(full / QUICK_PART)) : full;
  }
}
