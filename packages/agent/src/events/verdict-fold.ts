import { layout } from "@ringfence/kernel";

const { size: RECORD_BYTES, fields } = layout.rf_verdict_event;
const KEY = fields.key.offset;
const ACTOR = fields.actor.offset;
const keyFields = layout.rf_flow_key.fields;
const actorFields = layout.rf_actor.fields;
const TIME = fields.time_ns.offset;

/**
 * Where the 32-bit words lie that tell one verdict from another: whose executable, in which cgroup, as which user, where to, by
 * which rule. Not among them are process, thread and time.
 */
const WORDS: readonly number[] = [
  ...words(KEY + keyFields.domain.offset, keyFields.address.offset + 16 - keyFields.domain.offset),
  ...words(KEY + keyFields.uid.offset, keyFields.unused.offset - keyFields.uid.offset),
  ...words(ACTOR + actorFields.exe.offset, actorFields.parent_tgid.offset - actorFields.exe.offset),
];

function words(offset: number, bytes: number): number[] {
  return Array.from({ length: bytes / 4 }, (_, index) => offset + 4 * index);
}

/** Gets the first record of its kind, in place, how many there were, and the boot clock's nanoseconds of the last. */
export type OnFolded = (view: DataView, offset: number, count: number, lastNs: bigint) => void;

/**
 * Joins verdicts that differ in process and time only, as they come from the ring buffer. Nothing is decoded before `flush`: a
 * record costs a hash over its own bytes, and a copy if it is the first of its kind.
 */
export class VerdictFold {
  readonly #capacity: number;
  readonly #onFolded: OnFolded;
  readonly #records: DataView;
  readonly #bytes: Uint8Array;
  readonly #hashes: Int32Array;
  readonly #counts: Float64Array;
  readonly #lastLow: Uint32Array;
  readonly #lastHigh: Uint32Array;
  /** Open addressing: number of the record and one, 0 for an empty place. */
  readonly #places: Int32Array;
  readonly #mask: number;
  #used = 0;
  #total = 0;

  /** @param capacity kinds that are kept until the next flush: a power of two; more of them flush at once */
  constructor(capacity: number, onFolded: OnFolded) {
    this.#capacity = capacity;
    this.#onFolded = onFolded;
    this.#bytes = new Uint8Array(capacity * RECORD_BYTES);
    this.#records = new DataView(this.#bytes.buffer);
    this.#hashes = new Int32Array(capacity);
    this.#counts = new Float64Array(capacity);
    this.#lastLow = new Uint32Array(capacity);
    this.#lastHigh = new Uint32Array(capacity);
    this.#places = new Int32Array(capacity * 2);
    this.#mask = capacity * 2 - 1;
  }

  /** Verdicts so far, repeats included. */
  get total(): number {
    return this.#total;
  }

  /** Takes the record of a verdict in the kernel's memory. */
  add(view: DataView, offset: number): void {
    this.#total += 1;
    const hash = hashOf(view, offset);
    let place = hash & this.#mask;
    for (;;) {
      const number = (this.#places[place] as number) - 1;
      if (number < 0) break;
      if (this.#hashes[number] === hash && this.#isSame(number, view, offset)) {
        (this.#counts[number] as number) += 1;
        this.#setLast(number, view, offset);
        return;
      }
      place = (place + 1) & this.#mask;
    }
    if (this.#used === this.#capacity) {
      this.flush();
      place = hash & this.#mask;
    }
    this.#insert(place, hash, view, offset);
  }

  /** Hands out what was joined, oldest first, and forgets it. */
  flush(): void {
    const used = this.#used;
    if (used === 0) return;
    for (let number = 0; number < used; number++) {
      const lastNs =
        (BigInt(this.#lastHigh[number] as number) << 32n) | BigInt(this.#lastLow[number] as number);
      this.#onFolded(this.#records, number * RECORD_BYTES, this.#counts[number] as number, lastNs);
    }
    this.#used = 0;
    this.#places.fill(0);
  }

  #insert(place: number, hash: number, view: DataView, offset: number): void {
    const number = this.#used++;
    this.#places[place] = number + 1;
    this.#hashes[number] = hash;
    this.#counts[number] = 1;
    const record = new Uint8Array(view.buffer, view.byteOffset + offset, RECORD_BYTES);
    this.#bytes.set(record, number * RECORD_BYTES);
    this.#setLast(number, view, offset);
  }

  #setLast(number: number, view: DataView, offset: number): void {
    this.#lastLow[number] = view.getUint32(offset + TIME, true);
    this.#lastHigh[number] = view.getUint32(offset + TIME + 4, true);
  }

  #isSame(number: number, view: DataView, offset: number): boolean {
    const own = number * RECORD_BYTES;
    for (let index = 0; index < WORDS.length; index++) {
      const at = WORDS[index] as number;
      if (this.#records.getInt32(own + at, true) !== view.getInt32(offset + at, true)) return false;
    }
    return true;
  }
}

/** Mixes each word by a multiplication (the constant of Fibonacci hashing), and its upper half down. */
function hashOf(view: DataView, offset: number): number {
  let hash = 0;
  for (let index = 0; index < WORDS.length; index++) {
    hash = Math.imul(hash ^ view.getInt32(offset + (WORDS[index] as number), true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
