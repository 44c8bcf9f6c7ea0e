import type { AgentEvent } from "@ringfence/model";
import { eventLine } from "./event-line.js";
import type { LineStore } from "./line-store.js";

export interface DiskSinkOptions {
  /** what the events are written to, for messages */
  readonly what: string;
  readonly store: LineStore;
  /** milliseconds of a clock that does not jump */
  readonly now: () => number;
  /** Called once when writing fails, and once when it works again: nothing else stops for that. */
  readonly onTrouble: (text: string, lost: number) => void;
}

/** So long after a failure a sink tries again. */
const RETRY_MS = 5000;

/** Writes events to a disk that may be full: then it stops, counts, says so once, and goes on when there is room. */
export class DiskSink {
  readonly #options: DiskSinkOptions;
  #failedAt: number | null = null;
  #lost = 0;
  #written = 0;

  constructor(options: DiskSinkOptions) {
    this.#options = options;
  }

  /** Events that could not be written, or that came while writing did not work. */
  get lost(): number {
    return this.#lost;
  }

  get written(): number {
    return this.#written;
  }

  get isStopped(): boolean {
    return this.#failedAt !== null;
  }

  /** Takes events from the hub. */
  deliver(events: readonly AgentEvent[]): void {
    const { store, now, what, onTrouble } = this.#options;
    if (events.length === 0) return;
    if (this.#failedAt !== null && now() - this.#failedAt < RETRY_MS) {
      this.#lost += events.length;
      return;
    }
    try {
      store.write(Buffer.from(events.map(eventLine).join("")));
    } catch (error) {
      const isFirst = this.#failedAt === null;
      this.#failedAt = now();
      this.#lost += events.length;
      if (isFirst)
        onTrouble(`${what} stops: ${messageOf(error)}: make room, it goes on by itself`, this.#lost);
      return;
    }
    this.#written += events.length;
    if (this.#failedAt !== null) {
      this.#failedAt = null;
      onTrouble(`${what} goes on: ${this.#lost} events are missing from it so far`, this.#lost);
    }
  }

  close(): void {
    this.#options.store.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
