/** What the run asks of a guardian; see GuardianProcess. */
export interface Guardian {
  onLoss(callback: () => void): void;
  dismiss(): Promise<void>;
  leave(): void;
}

/** A guardian that somebody ends has a successor, but not for ever: whoever ends this many means it. */
const SUCCESSORS = 5;

/** Keeps a guardian beside the run. The constructor throws what the first one throws at its start. */
export class Guardians {
  readonly #start: () => Guardian;
  readonly #afterwards: string;
  readonly #warnings: string[] = [];
  #current: Guardian;
  #ended = 0;

  /** @param afterwards what it means for what still runs at the report when there is no guardian */
  constructor(start: () => Guardian, afterwards: string) {
    this.#start = start;
    this.#afterwards = afterwards;
    this.#current = this.#next();
  }

  /** For the report: what went wrong with them, so far. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** Ends the current one: nothing is left to guard. */
  dismiss(): Promise<void> {
    return this.#current.dismiss();
  }

  /** Lets the current one take over as soon as this process ends. */
  leave(): void {
    this.#current.leave();
  }

  #next(): Guardian {
    const guardian = this.#start();
    guardian.onLoss(() => this.#replace());
    return guardian;
  }

  #replace(): void {
    this.#ended += 1;
    if (this.#ended > SUCCESSORS) {
      this.#warnings.push(`the guardian was ended ${this.#ended} times; ${this.#afterwards}`);
      return;
    }
    try {
      this.#current = this.#next();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#warnings.push(`the guardian was ended and has no successor (${reason}); ${this.#afterwards}`);
    }
  }
}
