/** 32-bit words of a 128-bit value. In lists of such values each has its words in a row, the most significant first. */
export const wideWords = 4;

/** The value at an index of a list. */
export function wideAt(words: Uint32Array, index: number): bigint {
  let value = 0n;
  for (const word of words.subarray(index * wideWords, (index + 1) * wideWords)) {
    value = (value << 32n) | BigInt(word);
  }
  return value;
}

/** The list of these values. */
export function wordsOf(values: readonly bigint[]): Uint32Array {
  const words = new WideList();
  for (const value of values) words.addValue(value);
  return words.words;
}

/** A list of 128-bit values that grows: an array of bigints costs ten times the memory and more time. */
export class WideList {
  #words = new Uint32Array(64 * wideWords);
  #length = 0;
  readonly #halves = new BigUint64Array(2);
  /** The same bytes, little-endian as everything that has BPF for us. */
  readonly #halvesWords = new Uint32Array(this.#halves.buffer);

  get length(): number {
    return this.#length;
  }

  get words(): Uint32Array {
    return this.#words.subarray(0, this.#length * wideWords);
  }

  add(w0: number, w1: number, w2: number, w3: number): void {
    const at = this.#length * wideWords;
    if (at === this.#words.length) this.#grow();
    this.#words[at] = w0;
    this.#words[at + 1] = w1;
    this.#words[at + 2] = w2;
    this.#words[at + 3] = w3;
    this.#length++;
  }

  addValue(value: bigint): void {
    this.#halves[0] = value >> 64n;
    this.#halves[1] = value; // takes the lower 64 bits
    const [highLow = 0, highHigh = 0, lowLow = 0, lowHigh = 0] = this.#halvesWords;
    this.add(highHigh, highLow, lowHigh, lowLow);
  }

  #grow(): void {
    const larger = new Uint32Array(this.#words.length * 2);
    larger.set(this.#words);
    this.#words = larger;
  }
}
