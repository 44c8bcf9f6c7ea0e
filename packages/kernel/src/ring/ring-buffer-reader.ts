import { RingfenceError } from "@ringfence/model";
import { mapInfo } from "../maps/map-info.js";
import { mapTypes } from "../maps/map-type.js";
import { EventPoll } from "../system/event-poll.js";
import { RingMemory } from "./ring-memory.js";

const HEADER_BYTES = 8;
const BUSY = 0x80000000;
const DISCARD = 0x40000000;
const LENGTH_MASK = 0x3fffffff;

/**
 * Receives one record in place: `length` bytes at `offset` of `view`. The memory goes back to the kernel when
 * the callback returns: copy what must live longer.
 */
export type OnRecord = (view: DataView, offset: number, length: number) => void;

export interface RunOptions {
  /** ends the run, within milliseconds */
  readonly signal: AbortSignal;
  readonly onRecord: OnRecord;
  /** called after each group of records, with their number */
  readonly onBatchEnd?: (records: number) => void;
}

/**
 * Consumer of a BPF ring buffer map: records are seen in the kernel's own memory, without a copy.
 * The position lives in the map, so that another process, or reader, continues where this one stopped;
 * only one may read at a time.
 */
export class RingBufferReader implements Disposable {
  readonly #fd: number;
  readonly #memory: RingMemory;
  #closed = false;
  #running = false;

  private constructor(fd: number, size: number) {
    this.#fd = fd;
    this.#memory = new RingMemory(fd, size);
  }

  /** A reader of the ring buffer behind a descriptor, which stays the caller's. */
  static fromFd(mapFd: number): RingBufferReader {
    const info = mapInfo(mapFd);
    if (info.type !== mapTypes.ringBuffer) {
      throw new RingfenceError("RF_INTERNAL", `Cannot read map "${info.name}": it is not a ring buffer`);
    }
    return new RingBufferReader(mapFd, info.maxEntries);
  }

  /** Bytes of the ring. */
  get size(): number {
    return this.#memory.size;
  }

  /** Bytes waiting to be read, headers and unfinished records included. */
  get pendingBytes(): number {
    this.#assertOpen();
    return this.#memory.produced - this.#memory.consumed;
  }

  /**
   * Reads what is there now and returns the number of records. What comes meanwhile may be left for the next time, so that
   * whoever writes faster than this reads holds nobody up. A throw of the callback consumes its record.
   */
  drain(onRecord: OnRecord): number {
    this.#assertOpen();
    // the kernel wakes a consumer only at its exact position: after publishing it, look once more
    return this.#drainOnce(onRecord) + this.#drainOnce(onRecord);
  }

  /** Reads until aborted, waiting on a worker thread in between. Rejects with what a callback throws. */
  async run({ signal, onRecord, onBatchEnd }: RunOptions): Promise<void> {
    this.#assertOpen();
    if (this.#running) throw new Error("Cannot run the ring buffer reader twice at a time");
    this.#running = true;
    using poll = new EventPoll(this.#fd);
    const stop = () => poll.wake();
    signal.addEventListener("abort", stop, { once: true });
    try {
      while (!signal.aborted) {
        const records = this.#drainOnce(onRecord);
        if (records > 0) onBatchEnd?.(records);
        // timers and abort get their turn between two groups; only an empty ring is waited for
        await (records > 0 ? new Promise<void>((resolve) => setImmediate(resolve)) : poll.wait());
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.#running = false;
    }
  }

  /** Unmaps the ring; records are unread, not lost. Safe to call twice; not while `run` is going on. */
  close(): void {
    if (this.#closed) return;
    if (this.#running) throw new Error("Cannot close the ring buffer reader while it runs: abort it first");
    this.#closed = true;
    this.#memory.unmap();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** One pass up to where the producer was at its beginning; counts discarded records out. */
  #drainOnce(onRecord: OnRecord): number {
    const { headers, data, size } = this.#memory;
    const mask = size - 1;
    const end = this.#memory.produced;
    let position = this.#memory.consumed;
    let published = position;
    let records = 0;
    try {
      while (position < end) {
        const offset = position % size;
        const header = Atomics.load(headers, offset >>> 2);
        if ((header & BUSY) !== 0) break;
        const length = header & LENGTH_MASK;
        position += (length + HEADER_BYTES + 7) & ~7;
        if ((header & DISCARD) !== 0) continue;
        records += 1;
        onRecord(data, offset + HEADER_BYTES, length);
        // give room back early: the kernel drops records while the ring looks full
        if (position - published > mask >>> 2) {
          this.#memory.consumed = position;
          published = position;
        }
      }
    } finally {
      if (position !== published) this.#memory.consumed = position;
    }
    return records;
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error("Cannot use the ring buffer reader: it is closed");
  }
}
