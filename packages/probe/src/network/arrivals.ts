import type { Trial, Witness } from "../method.js";
import type { Capture } from "./capture.js";
import { portOfOpening } from "./opens-connection.js";

/** Tells from captured frames which trials got through. */
export class Arrivals {
  readonly #captures: readonly Capture[];
  readonly #marks = new Map<string, number>();
  readonly #opened = new Set<number>();
  readonly #marked = new Set<number>();

  constructor(captures: readonly Capture[]) {
    this.#captures = captures;
  }

  /** From now on this trial's bytes are looked for. */
  expect({ mark, port }: Trial): void {
    this.#marks.set(mark, port);
  }

  /** Whether something of the trial was captured by now. Throws when frames were lost. */
  has({ port }: Trial, witness: Witness): boolean {
    this.#read();
    return this.#marked.has(port) || (witness === "connection" && this.#opened.has(port));
  }

  #read(): void {
    for (const capture of this.#captures) {
      for (const frame of capture.frames()) {
        const opened = portOfOpening(frame);
        if (opened !== null) this.#opened.add(opened);
        for (const [mark, port] of this.#marks) if (frame.includes(mark)) this.#marked.add(port);
      }
      const lost = capture.lost();
      if (lost > 0) throw new Error(`Cannot tell what arrived: ${lost} captured frames were lost`);
    }
  }
}
