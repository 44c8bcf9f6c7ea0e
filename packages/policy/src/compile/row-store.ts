import type { BitVector } from "./bit-vector.js";
import { limitError, limits } from "./limits.js";
import { RowIndex } from "./row-index.js";

const chunkWords = 2 ** 18;
const mergeHint = "Merge rules that share destinations or ports";

/** Keeps each distinct vector once and gives it a row number, in order of first appearance. */
export class RowStore {
  readonly #wordCount: number;
  readonly #rowsPerChunk: number;
  /** Rows live in pieces of equal size, so that growing copies nothing. */
  readonly #chunks: Uint32Array[] = [];
  readonly #index = new RowIndex();

  constructor(wordCount: number) {
    this.#wordCount = wordCount;
    this.#rowsPerChunk = Math.ceil(chunkWords / wordCount);
  }

  get count(): number {
    return this.#index.count;
  }

  /** The content hash of each row, which tells rows apart as surely as the fingerprint of a policy must. */
  get hashes(): Float64Array {
    return this.#index.hashes;
  }

  /** The row number of the vector's present content. */
  intern(vector: BitVector): number {
    const { words, hash } = vector;
    let slot = this.#index.firstSlot(hash);
    for (let row = this.#index.rowAt(slot); row >= 0; row = this.#index.rowAt(slot)) {
      if (this.#index.hashOf(row) === hash && this.#equals(row, words)) return row;
      slot = this.#index.nextSlot(slot);
    }
    return this.append(vector);
  }

  /** Adds a row without looking for an equal one. */
  append({ words, hash }: BitVector): number {
    const row = this.#index.count;
    if (row === limits.rows) throw limitError("distinct table rows or more", row + 1, limits.rows, mergeHint);
    const bytes = (row + 1) * this.#wordCount * 4;
    if (bytes > limits.rowBytes) {
      throw limitError("bytes of table rows or more", bytes, limits.rowBytes, mergeHint);
    }
    if (row % this.#rowsPerChunk === 0) {
      this.#chunks.push(new Uint32Array(this.#rowsPerChunk * this.#wordCount));
    }
    this.#chunks.at(-1)?.set(words, (row % this.#rowsPerChunk) * this.#wordCount);
    this.#index.add(hash);
    return row;
  }

  /** All rows as bytes, in order. */
  toBytes(): Uint8Array {
    const words = new Uint32Array(this.count * this.#wordCount);
    const perChunk = this.#rowsPerChunk * this.#wordCount;
    for (const [i, chunk] of this.#chunks.entries()) {
      words.set(chunk.subarray(0, words.length - i * perChunk), i * perChunk);
    }
    return new Uint8Array(words.buffer);
  }

  #equals(row: number, words: Uint32Array): boolean {
    const chunk = this.#chunks[Math.floor(row / this.#rowsPerChunk)];
    if (chunk === undefined) return false;
    const start = (row % this.#rowsPerChunk) * this.#wordCount;
    for (let i = 0; i < this.#wordCount; i++) if (chunk[start + i] !== words[i]) return false;
    return true;
  }
}
