import { RingfenceError } from "@ringfence/model";

/** Makes the errors of one line of flow text; throws RF_FLOW. */
export class LineErrors {
  readonly #file: string;
  readonly #line: string;

  constructor(line: string, file: string) {
    this.#line = line;
    this.#file = file;
  }

  /** Refuses what stands at an offset of the line. */
  fail(offset: number, message: string, hint: string): never {
    const before = this.#line.slice(0, offset).split("\n");
    const location = {
      file: this.#file,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    };
    throw new RingfenceError("RF_FLOW", message, { hint, location });
  }

  /** The offset behind the last word, where something is missing. */
  get end(): number {
    return this.#line.trimEnd().length;
  }
}
