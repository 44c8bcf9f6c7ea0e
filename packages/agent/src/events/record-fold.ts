/** Where in the records of one type lies what the fold looks at. Offsets are in bytes. */
export interface RecordShape {
  readonly bytes: number;
  /** Of the boot clock's nanoseconds. */
  readonly time: number;
  /** Of the 32-bit words that tell one kind from another. */
  readonly words: readonly number[];
  /** Of those that tell one process from another within a kind. */
  readonly process: readonly number[];
}

/** Of which records a group of one kind is. */
export interface FoldedRecords {
  /** How many. */
  readonly count: number;
  /** Boot clock's nanoseconds of the last. */
  readonly lastNs: bigint;
}

/**
 * What is done with a kind. The record lies in place: of the latest process of those that are joined, with the time of the first.
 * `number` is the kind's until the next flush, and `note` whatever was returned for it last.
 */
export interface FoldHandlers<Note> {
  /** It came again since the last look, at `lastNs` last, and its count is kept for later. */
  readonly onSeen: (view: DataView, offset: number, lastNs: bigint, note: Note) => Note;
  /**
   * What was joined is to be told.
   * @param isNews whether it came since the last look, so that nobody was shown it yet
   */
  readonly onFolded: (
    view: DataView,
    offset: number,
    folded: FoldedRecords,
    isNews: boolean,
    number: number,
  ) => Note;
}

/**
 * Joins records of one kind as they come from the ring buffer. Nothing is decoded before it is told: a record costs a hash over
 * its own bytes, and a copy if it is the first of its kind. A kind is told at the first look, and what follows of it when `flush`
 * is called, or at each look where somebody watches. One that does not come between two flushes is forgotten, and is new again.
 */
export class RecordFold<Note> {
  readonly #shape: RecordShape;
  readonly #capacity: number;
  readonly #handlers: FoldHandlers<Note>;
  readonly #records: DataView;
  readonly #bytes: Uint8Array;
  readonly #hashes: Int32Array;
  readonly #parts: Int32Array;
  readonly #counts: Float64Array;
  readonly #lastLow: Uint32Array;
  readonly #lastHigh: Uint32Array;
  readonly #isTold: Uint8Array;
  /** Those that came since the last flush. */
  readonly #isAlive: Uint8Array;
  readonly #notes: Note[] = [];
  /** Those that came since the last look. */
  readonly #seen: Int32Array;
  readonly #isSeen: Uint8Array;
  #seenCount = 0;
  /** Open addressing: number of the kind and one, 0 for an empty place. */
  readonly #places: Int32Array;
  readonly #mask: number;
  #used = 0;
  #total = 0;
  #told = 0;

  /** @param capacity kinds that are kept: a power of two; where more come, all are told and forgotten */
  constructor(shape: RecordShape, capacity: number, handlers: FoldHandlers<Note>) {
    this.#shape = shape;
    this.#capacity = capacity;
    this.#handlers = handlers;
    this.#bytes = new Uint8Array(capacity * shape.bytes);
    this.#records = new DataView(this.#bytes.buffer);
    this.#hashes = new Int32Array(capacity);
    this.#parts = new Int32Array(capacity);
    this.#counts = new Float64Array(capacity);
    this.#lastLow = new Uint32Array(capacity);
    this.#lastHigh = new Uint32Array(capacity);
    this.#isTold = new Uint8Array(capacity);
    this.#isAlive = new Uint8Array(capacity);
    this.#seen = new Int32Array(capacity);
    this.#isSeen = new Uint8Array(capacity);
    this.#places = new Int32Array(capacity * 2);
    this.#mask = capacity * 2 - 1;
  }

  /** Records so far, repeats included. */
  get total(): number {
    return this.#total;
  }

  /** Those that were not told yet. */
  get waiting(): number {
    return this.#total - this.#told;
  }

  /**
   * Takes a record in the kernel's memory. Returns the number of its kind, below the capacity.
   * @param part what tells its kind from another beside the shape's words, as 32 bits
   */
  add(view: DataView, offset: number, part = 0): number {
    this.#total += 1;
    const hash = this.#hashOf(view, offset, part);
    let place = hash & this.#mask;
    for (;;) {
      const number = (this.#places[place] as number) - 1;
      if (number < 0) break;
      const mayBe = this.#hashes[number] === hash && this.#parts[number] === part;
      if (mayBe && this.#isSame(this.#shape.words, number, view, offset)) {
        this.#addTo(number, view, offset);
        return number;
      }
      place = (place + 1) & this.#mask;
    }
    if (this.#used === this.#capacity) {
      this.#tellAll();
      this.#isAlive.fill(0);
      this.#forget();
      place = hash & this.#mask;
    }
    this.#hashes[this.#used] = hash;
    this.#parts[this.#used] = part;
    return this.#insert(place, view, offset);
  }

  /** Tells the kinds that are new, and shows those that came again; `isWatched`: tells them, too. */
  look(isWatched: boolean): void {
    const { onSeen } = this.#handlers;
    for (let index = 0; index < this.#seenCount; index++) {
      const number = this.#seen[index] as number;
      this.#isSeen[number] = 0;
      if (isWatched || this.#isTold[number] === 0) {
        this.#tell(number, true);
      } else {
        const offset = number * this.#shape.bytes;
        const note = this.#notes[number] as Note;
        this.#notes[number] = onSeen(this.#records, offset, this.#lastNs(number), note);
      }
    }
    this.#seenCount = 0;
  }

  /** Tells whatever is not told yet, in the order of the kinds' first records. */
  flush(): void {
    this.#tellAll();
    this.#forget();
  }

  #tellAll(): void {
    this.look(false);
    for (let number = 0; number < this.#used; number++) {
      if (this.#counts[number] !== 0) this.#tell(number, false);
    }
  }

  /** Keeps the kinds that are alive, close together; all of them are told. */
  #forget(): void {
    const used = this.#used;
    let kept = 0;
    this.#places.fill(0);
    for (let number = 0; number < used; number++) {
      if (this.#isAlive[number] === 0) continue;
      this.#isAlive[number] = 0;
      if (kept !== number) this.#move(number, kept);
      kept += 1;
      this.#place(kept);
    }
    this.#isTold.fill(0, kept, used);
    this.#notes.length = kept;
    this.#used = kept;
  }

  #move(from: number, to: number): void {
    const { bytes } = this.#shape;
    this.#bytes.copyWithin(to * bytes, from * bytes, (from + 1) * bytes);
    this.#hashes[to] = this.#hashes[from] as number;
    this.#parts[to] = this.#parts[from] as number;
    this.#notes[to] = this.#notes[from] as Note;
  }

  /** Finds a place for the kind with the number one below. */
  #place(next: number): void {
    let place = (this.#hashes[next - 1] as number) & this.#mask;
    while (this.#places[place] !== 0) place = (place + 1) & this.#mask;
    this.#places[place] = next;
  }

  #tell(number: number, isNews: boolean): void {
    const folded = { count: this.#counts[number] as number, lastNs: this.#lastNs(number) };
    this.#counts[number] = 0;
    this.#told += folded.count;
    this.#isTold[number] = 1;
    const offset = number * this.#shape.bytes;
    this.#notes[number] = this.#handlers.onFolded(this.#records, offset, folded, isNews, number);
  }

  #addTo(number: number, view: DataView, offset: number): void {
    if (this.#counts[number] === 0) this.#copy(number, view, offset);
    else if (!this.#isSame(this.#shape.process, number, view, offset)) this.#setProcess(number, view, offset);
    (this.#counts[number] as number) += 1;
    this.#noteTime(number, view, offset);
  }

  #insert(place: number, view: DataView, offset: number): number {
    const number = this.#used++;
    this.#places[place] = number + 1;
    this.#counts[number] = 1;
    this.#copy(number, view, offset);
    this.#noteTime(number, view, offset);
    return number;
  }

  #copy(number: number, view: DataView, offset: number): void {
    const { bytes } = this.#shape;
    this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + offset, bytes), number * bytes);
  }

  /** Takes the record of a later process, and keeps the time of the first. */
  #setProcess(number: number, view: DataView, offset: number): void {
    const time = number * this.#shape.bytes + this.#shape.time;
    const first = this.#records.getBigUint64(time, true);
    this.#copy(number, view, offset);
    this.#records.setBigUint64(time, first, true);
  }

  #noteTime(number: number, view: DataView, offset: number): void {
    const { time } = this.#shape;
    this.#lastLow[number] = view.getUint32(offset + time, true);
    this.#lastHigh[number] = view.getUint32(offset + time + 4, true);
    this.#isAlive[number] = 1;
    if (this.#isSeen[number] === 1) return;
    this.#isSeen[number] = 1;
    this.#seen[this.#seenCount++] = number;
  }

  #lastNs(number: number): bigint {
    return (BigInt(this.#lastHigh[number] as number) << 32n) | BigInt(this.#lastLow[number] as number);
  }

  #isSame(words: readonly number[], number: number, view: DataView, offset: number): boolean {
    const own = number * this.#shape.bytes;
    for (let index = 0; index < words.length; index++) {
      const at = words[index] as number;
      if (this.#records.getInt32(own + at, true) !== view.getInt32(offset + at, true)) return false;
    }
    return true;
  }

  /** Mixes each word by a multiplication (the constant of Fibonacci hashing), and its upper half down. */
  #hashOf(view: DataView, offset: number, part: number): number {
    const { words } = this.#shape;
    let hash = part;
    for (let index = 0; index < words.length; index++) {
      hash = Math.imul(hash ^ view.getInt32(offset + (words[index] as number), true), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }
}
