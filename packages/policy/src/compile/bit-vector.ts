/** 32-bit words of a row's summary: 64 blocks. */
export const summaryWords = 2;
const wordsPerBlock = 64;

/**
 * A set of bits that keeps a hash of its content up to date with every change: each bit owns a pseudo-random
 * 53-bit pattern and the hash is the XOR of those that are set (Zobrist hashing), so a change costs the same
 * whatever the vector's length.
 */
export class BitVector {
  /** 32 bits a word; read as bytes on a little-endian machine it is the kernel's layout. */
  readonly words: Uint32Array;
  /** One bit for each block of 2,048 bits that has any: 32 blocks a word. */
  readonly summary = new Uint32Array(summaryWords);
  /** Set bits by block. */
  readonly #counts: Uint16Array;
  #low = 0;
  #high = 0;

  constructor(wordCount: number) {
    this.words = new Uint32Array(wordCount);
    this.#counts = new Uint16Array(Math.ceil(wordCount / wordsPerBlock));
  }

  /** Equal content has equal hashes; the converse must be checked. */
  get hash(): number {
    return (this.#high & 0x1fffff) * 2 ** 32 + (this.#low >>> 0);
  }

  has(bit: number): boolean {
    return (((this.words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }

  /** Changes one bit to the other value. */
  flip(bit: number): void {
    const word = (this.words[bit >>> 5] ?? 0) ^ (1 << (bit & 31));
    this.words[bit >>> 5] = word;
    this.#count(bit >>> 11, ((word >>> (bit & 31)) & 1) === 1 ? 1 : -1);
    this.#low ^= scramble(bit * 2 + 1);
    this.#high ^= scramble(bit * 2 + 2);
  }

  #count(block: number, change: 1 | -1): void {
    const before = this.#counts[block] ?? 0;
    this.#counts[block] = before + change;
    if (before === 0 || before + change === 0) {
      this.summary[block >>> 5] = (this.summary[block >>> 5] ?? 0) ^ (1 << (block & 31));
    }
  }
}

/** The 32-bit finaliser of MurmurHash3: every input bit changes every output bit half of the time. */
function scramble(value: number): number {
  let mixed = Math.imul(value, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
