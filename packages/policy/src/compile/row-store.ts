import type { BitVector } from "./bit-vector.js";
import { limitError, limits } from "./limits.js";

/** Keeps each distinct vector once and gives it a row number, in order of first appearance. */
export class RowStore {
  readonly #wordCount: number;
  #words: Uint32Array;
  #count = 0;
  /** Hash to the rows that have it; more than one only when hashes collide. */
  readonly #rowsByHash = new Map<number, number[]>();

  constructor(wordCount: number) {
    this.#wordCount = wordCount;
    this.#words = new Uint32Array(wordCount * 64);
  }

  get count(): number {
    return this.#count;
  }

  /** The row number of the vector's present content. */
  intern(vector: BitVector): number {
    const candidates = this.#rowsByHash.get(vector.hash);
    if (candidates === undefined) {
      const row = this.append(vector.words);
      this.#rowsByHash.set(vector.hash, [row]);
      return row;
    }
    const known = candidates.find((row) => this.#equals(row, vector.words));
    if (known !== undefined) return known;
    const row = this.append(vector.words);
    candidates.push(row);
    return row;
  }

  /** Adds a row without looking for an equal one. */
  append(words: Uint32Array): number {
    const row = this.#count;
    if (row === limits.rows) {
      throw limitError("distinct table rows", row + 1, limits.rows, "Merge rules that share destinations");
    }
    const start = row * this.#wordCount;
    if (start + this.#wordCount > this.#words.length) this.#grow();
    this.#words.set(words, start);
    this.#count = row + 1;
    return row;
  }

  /** All rows as bytes, in order. */
  toBytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer.slice(0, this.#count * this.#wordCount * 4));
  }

  #equals(row: number, words: Uint32Array): boolean {
    const start = row * this.#wordCount;
    for (let i = 0; i < this.#wordCount; i++) if (this.#words[start + i] !== words[i]) return false;
    return true;
  }

  #grow(): void {
    const length = this.#words.length * 2;
    if (length * 4 > limits.rowBytes * 2) {
      throw limitError(
        "bytes of table rows",
        length * 2,
        limits.rowBytes,
        "Merge rules that share destinations",
      );
    }
    const larger = new Uint32Array(length);
    larger.set(this.#words);
    this.#words = larger;
  }
}
