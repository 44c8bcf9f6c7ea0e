/** A native pointer that is used until it is closed, and never after. */
export class Handle {
  readonly #what: string;
  #pointer: bigint | undefined;

  /** @param what names the thing in messages, as in `BPF object "x.o"` */
  constructor(pointer: bigint, what: string) {
    this.#pointer = pointer;
    this.#what = what;
  }

  /** The pointer. Throws after close. */
  get pointer(): bigint {
    if (this.#pointer === undefined) throw this.#closedError();
    return this.#pointer;
  }

  /** Throws after close. */
  assertOpen(): void {
    if (this.#pointer === undefined) throw this.#closedError();
  }

  /** Takes the pointer out for closing; undefined when that was done before. */
  take(): bigint | undefined {
    const pointer = this.#pointer;
    this.#pointer = undefined;
    return pointer;
  }

  #closedError(): Error {
    return new Error(`Cannot use ${this.#what}: it is closed`);
  }
}
