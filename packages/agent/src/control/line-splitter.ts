const lineFeed = 0x0a;

/** Cuts a stream of bytes into lines, and keeps no more than one line that is not complete. */
export class LineSplitter {
  readonly #most: number;
  #parts: Buffer[] = [];
  #length = 0;

  /** @param most bytes that a line may have */
  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that end in these bytes, or null when one is too long: nothing after that makes sense. */
  push(bytes: Buffer): readonly string[] | null {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      if (!this.#keep(bytes.subarray(start, end))) return null;
      lines.push(Buffer.concat(this.#parts).toString("utf8"));
      this.#parts = [];
      this.#length = 0;
      start = end + 1;
    }
    return this.#keep(bytes.subarray(start)) ? lines : null;
  }

  #keep(part: Buffer): boolean {
    this.#length += part.length;
    if (this.#length > this.#most) return false;
    if (part.length > 0) this.#parts.push(part);
    return true;
  }
}
