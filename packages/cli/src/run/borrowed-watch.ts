const LEAST_PAUSE_MS = 1000;
/** The look takes a fiftieth of one CPU at most, however many descriptors the host has. */
const PAUSE_PER_COST = 50;

/** Looks for sockets that came from outside, about once a second, until it is stopped. */
export class BorrowedWatch {
  readonly #search: () => void;
  readonly #warnings = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(search: () => void) {
    this.#search = search;
    this.#plan(LEAST_PAUSE_MS);
  }

  /** Why a look failed, if one did. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** Looks once more, for the last time. */
  stop(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#look();
  }

  #plan(pause: number): void {
    this.#timer = setTimeout(() => {
      const started = performance.now();
      this.#look();
      this.#plan(Math.max(LEAST_PAUSE_MS, PAUSE_PER_COST * (performance.now() - started)));
    }, pause).unref();
  }

  #look(): void {
    try {
      this.#search();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#warnings.add(`sockets that were connected outside may be in use unseen: ${reason}`);
    }
  }
}
