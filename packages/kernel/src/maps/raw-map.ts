import { constants } from "node:os";
import { ENOTSUPP } from "../libbpf/errno.js";
import * as calls from "./map-calls.js";
import { mapError } from "./map-error.js";
import { type MapInfo, mapInfo } from "./map-info.js";
import { isPerCpu, mapTypes } from "./map-type.js";
import { isMappable, writeMapped } from "./mapped-array.js";

const { ENOENT, EINVAL, ENOSPC, EOPNOTSUPP } = constants.errno;

/** Flags of an update. */
export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;

/** Entries that one batch look-up asks for at first. */
const BATCH_ENTRIES = 4096;
/** Bytes of the cursor that the kernel keeps in a batch look-up, where the key is shorter. */
const CURSOR_BYTES = 8;

/** Entries as bytes, key by key and value by value without gaps. */
export interface RawEntries {
  readonly count: number;
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
}

/** A kernel map by descriptor, its keys and values as bytes. Does not own the descriptor. */
export class RawMap {
  readonly fd: number;
  /** as in the source; the kernel's own is cut to 15 bytes */
  readonly name: string;
  readonly info: MapInfo;
  /** bytes of a value as user space sees it: for per-CPU maps one padded value per possible CPU */
  readonly valueBytes: number;

  private constructor(fd: number, name: string | undefined) {
    this.fd = fd;
    this.info = mapInfo(fd);
    this.name = name ?? this.info.name;
    const { type, valueSize } = this.info;
    this.valueBytes = isPerCpu(type) ? Math.ceil(valueSize / 8) * 8 * calls.possibleCpus()() : valueSize;
  }

  /** A map by descriptor, also one that another process opened and this one inherited. */
  static fromFd(fd: number, name?: string): RawMap {
    return new RawMap(fd, name);
  }

  /** The value of a key; undefined when absent. */
  lookup(key: Uint8Array, flags = 0): Uint8Array | undefined {
    const value = new Uint8Array(this.valueBytes);
    const result = calls.lookupElement()(this.fd, key, value, flags);
    if (result === -ENOENT) return undefined;
    this.#check(result, "read from");
    return value;
  }

  /** Writes one entry. Throws RF_MAP_FULL. */
  update(key: Uint8Array, value: Uint8Array, flags = BPF_ANY): void {
    this.#check(calls.updateElement()(this.fd, key, value, flags), "write to");
  }

  /** Removes a key; false when it was absent. */
  delete(key: Uint8Array): boolean {
    const result = calls.deleteElement()(this.fd, key);
    if (result === -ENOENT) return false;
    this.#check(result, "delete from");
    return true;
  }

  /** The key after this one, or the first. An unknown key restarts from the first. */
  nextKey(key: Uint8Array | null): Uint8Array | undefined {
    const next = new Uint8Array(this.info.keySize);
    const result = calls.nextKey()(this.fd, key, next);
    if (result === -ENOENT) return undefined;
    this.#check(result, "walk");
    return next;
  }

  /** Writes many entries in one system call, or one by one where the map has no batches. Throws RF_MAP_FULL. */
  updateMany({ count, keys, values }: RawEntries, flags = BPF_ANY): void {
    if (count === 0) return;
    const done = new Uint32Array([count]);
    const result = calls.updateBatch()(this.fd, keys, values, done, calls.batchOptions(flags));
    if (lacksBatches(result)) this.#updateOneByOne({ count, keys, values }, flags);
    else this.#check(result, "write to");
  }

  /** Writes n elements of an array map from `first` on: n values of `valueBytes` one after the other. */
  writeAll(values: Uint8Array, first = 0): void {
    const count = values.length / this.valueBytes;
    if (this.info.type !== mapTypes.array || !Number.isInteger(count)) {
      const problem = `needs an array map and a multiple of ${this.valueBytes} bytes`;
      throw new RangeError(`Cannot write ${values.length} bytes to map "${this.name}": it ${problem}`);
    }
    if (first + count > this.info.maxEntries) throw this.#error("write to", ENOSPC);
    if (isMappable(this.info)) {
      writeMapped(this.fd, this.info, first, values);
      return;
    }
    const keys = new Uint8Array(consecutive(first, count).buffer);
    this.updateMany({ count, keys, values });
  }

  /** All entries, batch by batch. A map that changes meanwhile may show an entry twice or not at all. */
  *batches(): Generator<RawEntries> {
    const { keySize } = this.info;
    let room = Math.min(BATCH_ENTRIES, this.info.maxEntries);
    let cursor: Uint8Array | null = null;
    for (;;) {
      const next = new Uint8Array(Math.max(keySize, CURSOR_BYTES));
      const keys = new Uint8Array(room * keySize);
      const values = new Uint8Array(room * this.valueBytes);
      const count = new Uint32Array([room]);
      const result = calls.lookupBatch()(this.fd, cursor, next, keys, values, count, null);
      if (cursor === null && lacksBatches(result)) return yield* this.#oneByOne();
      // a bucket of the hash holds more than fits
      if (result === -ENOSPC) {
        room *= 2;
        continue;
      }
      if (result !== -ENOENT) this.#check(result, "read from");
      const found = count[0] ?? 0;
      if (found > 0) yield this.#part(found, keys, values);
      if (result === -ENOENT) return;
      cursor = next;
    }
  }

  #part(count: number, keys: Uint8Array, values: Uint8Array): RawEntries {
    const { keySize } = this.info;
    return {
      count,
      keys: keys.subarray(0, count * keySize),
      values: values.subarray(0, count * this.valueBytes),
    };
  }

  #updateOneByOne({ count, keys, values }: RawEntries, flags: number): void {
    const { keySize } = this.info;
    for (let i = 0; i < count; i++) {
      const value = values.subarray(i * this.valueBytes, (i + 1) * this.valueBytes);
      this.update(keys.subarray(i * keySize, (i + 1) * keySize), value, flags);
    }
  }

  *#oneByOne(): Generator<RawEntries> {
    let key = this.nextKey(null);
    // bounded: deletion under the walk restarts it from the first key
    for (let step = 0; key !== undefined && step < this.info.maxEntries; step++) {
      const values = this.lookup(key);
      if (values !== undefined) yield { count: 1, keys: key, values };
      key = this.nextKey(key);
    }
  }

  #check(result: number, action: string): void {
    if (result < 0) throw this.#error(action, -result);
  }

  #error(action: string, errno: number): Error {
    return mapError(action, this.name, this.info.maxEntries, errno);
  }
}

function consecutive(first: number, count: number): Uint32Array<ArrayBuffer> {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = first + i;
  return numbers;
}

function lacksBatches(result: number): boolean {
  return result === -EINVAL || result === -EOPNOTSUPP || result === -ENOTSUPP;
}
