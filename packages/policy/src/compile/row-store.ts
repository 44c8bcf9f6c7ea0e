import { summaryWords } from "./bit-vector.js";
import { limitError, limits } from "./limits.js";
import { RowIndex } from "./row-index.js";

/** The first buffer is at most this large; what it leaves unused costs address space only. */
const largestFirstBuffer = 2 ** 25;
const mergeHint = "Merge rules that share destinations or ports";

/** A vector's content, its summary and its hash, as a `BitVector` has them. */
export interface HashedWords {
  readonly words: Uint32Array;
  readonly summary: Uint32Array;
  readonly hash: number;
}

/** Keeps each distinct vector once and gives it a row number, in order of first appearance. */
export class RowStore {
  readonly #wordCount: number;
  #words: Uint32Array;
  #summaries: Uint32Array;
  readonly #index = new RowIndex();

  /** `expectedRows` sizes the first buffer; a good guess saves copying. */
  constructor(wordCount: number, expectedRows: number) {
    this.#wordCount = wordCount;
    const expectedBytes = Math.min(expectedRows * wordCount * 4, largestFirstBuffer);
    this.#words = new Uint32Array(Math.max(expectedBytes / 4, wordCount));
    this.#summaries = new Uint32Array(Math.max(expectedRows, 1) * summaryWords);
  }

  get count(): number {
    return this.#index.count;
  }

  /** The content hash of each row, which tells rows apart as surely as the fingerprint of a policy must. */
  get hashes(): Float64Array {
    return this.#index.hashes;
  }

  /** The row number of the vector's present content. */
  intern(vector: HashedWords): number {
    const { words, hash } = vector;
    let slot = this.#index.firstSlot(hash);
    for (let row = this.#index.rowAt(slot); row >= 0; row = this.#index.rowAt(slot)) {
      if (this.#index.hashOf(row) === hash && this.#equals(row, words)) return row;
      slot = this.#index.nextSlot(slot);
    }
    return this.append(vector);
  }

  /** Adds a row without looking for an equal one. */
  append({ words, summary, hash }: HashedWords): number {
    const row = this.#index.count;
    if (row === limits.rows) throw limitError("distinct table rows or more", row + 1, limits.rows, mergeHint);
    const bytes = (row + 1) * this.#wordCount * 4;
    if (bytes > limits.rowBytes) {
      throw limitError("bytes of table rows or more", bytes, limits.rowBytes, mergeHint);
    }
    if (bytes > this.#words.byteLength) this.#words = doubled(this.#words);
    if ((row + 1) * summaryWords > this.#summaries.length) this.#summaries = doubled(this.#summaries);
    this.#words.set(words, row * this.#wordCount);
    this.#summaries.set(summary, row * summaryWords);
    this.#index.add(hash);
    return row;
  }

  /** Adds all rows of another store, in their order, without looking for equal ones. */
  appendAll(other: RowStore): void {
    for (let row = 0; row < other.count; row++) {
      const words = other.#words.subarray(row * this.#wordCount, (row + 1) * this.#wordCount);
      const summary = other.#summaries.subarray(row * summaryWords, (row + 1) * summaryWords);
      this.append({ words, summary, hash: other.#index.hashOf(row) });
    }
  }

  /** All rows as bytes, in order: a view that is complete once no more rows are added. */
  toBytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, this.count * this.#wordCount * 4);
  }

  /** The summaries of all rows, in order. */
  summariesToBytes(): Uint8Array {
    return new Uint8Array(this.#summaries.buffer, 0, this.count * summaryWords * 4);
  }

  #equals(row: number, words: Uint32Array): boolean {
    const all = this.#words;
    const start = row * words.length;
    for (let i = 0; i < words.length; i++) if (all[start + i] !== words[i]) return false;
    return true;
  }
}

function doubled(words: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(words.length * 2);
  larger.set(words);
  return larger;
}
