const empty = -1;

/**
 * Finds rows by their hash: a table with open addressing and linear probing (Knuth, TAOCP 6.4), kept at most
 * half full. A Map of number lists would cost the garbage collector more than the rest of the compiler.
 */
export class RowIndex {
  #slots = new Int32Array(1024).fill(empty);
  #hashes = new Float64Array(512);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The hash of every row, by row number. */
  get hashes(): Float64Array {
    return this.#hashes.subarray(0, this.#count);
  }

  hashOf(row: number): number {
    return this.#hashes[row] ?? 0;
  }

  /** Where the search for a hash starts. */
  firstSlot(hash: number): number {
    // The length is a power of two, and the low bits of a content hash are as random as any.
    return hash & (this.#slots.length - 1);
  }

  nextSlot(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  /** The row in a slot; negative ends the search. */
  rowAt(slot: number): number {
    return this.#slots[slot] ?? empty;
  }

  /** Gives the next row number to a hash. */
  add(hash: number): void {
    if (this.#count === this.#hashes.length) this.#grow();
    this.#hashes[this.#count] = hash;
    this.#place(this.#count);
    this.#count++;
  }

  #place(row: number): void {
    let slot = this.firstSlot(this.hashOf(row));
    while (this.rowAt(slot) !== empty) slot = this.nextSlot(slot);
    this.#slots[slot] = row;
  }

  #grow(): void {
    const hashes = new Float64Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(empty);
    for (let row = 0; row < this.#count; row++) this.#place(row);
  }
}
