import type { Codec } from "../layout/codec.js";
import { checkCodecs } from "./check-codec.js";
import { isPerCpu } from "./map-type.js";
import { BPF_ANY, RawMap } from "./raw-map.js";
import { encodeMany, encodeOne, viewOf } from "./typed-buffer.js";

/**
 * A kernel map with typed keys and values; `KI` and `VI` are what writing takes.
 * For sk_storage the key is a u32, the descriptor of a socket of this process.
 */
export class BpfMap<K, V, KI = K, VI = V> {
  readonly raw: RawMap;
  readonly #key: Codec<K, KI>;
  readonly #value: Codec<V, VI>;

  constructor(raw: RawMap, key: Codec<K, KI>, value: Codec<V, VI>) {
    if (isPerCpu(raw.info.type)) throw new TypeError(`Cannot type map "${raw.name}": use PerCpuMap for it`);
    checkCodecs(raw, key, value);
    this.raw = raw;
    this.#key = key;
    this.#value = value;
  }

  /** A map whose descriptor this process inherited or opened by itself. */
  static fromFd<K, V, KI = K, VI = V>(
    fd: number,
    key: Codec<K, KI>,
    value: Codec<V, VI>,
    name?: string,
  ): BpfMap<K, V, KI, VI> {
    return new BpfMap(RawMap.fromFd(fd, name), key, value);
  }

  get(key: KI): V | undefined {
    const value = this.raw.lookup(encodeOne(this.#key, key));
    return value === undefined ? undefined : this.#value.decode(viewOf(value), 0);
  }

  /** Writes one entry; `flags` BPF_NOEXIST or BPF_EXIST make it conditional. Throws RF_MAP_FULL. */
  set(key: KI, value: VI, flags = BPF_ANY): void {
    this.raw.update(encodeOne(this.#key, key), encodeOne(this.#value, value), flags);
  }

  /** False when the key was absent. */
  delete(key: KI): boolean {
    return this.raw.delete(encodeOne(this.#key, key));
  }

  /** Writes many entries at once; stops at the first that fails. Throws RF_MAP_FULL. */
  setBatch(keys: readonly KI[], values: readonly VI[], flags = BPF_ANY): void {
    if (keys.length !== values.length) {
      throw new RangeError(
        `Cannot write ${keys.length} keys with ${values.length} values: give one value per key`,
      );
    }
    const raw = { keys: encodeMany(this.#key, keys), values: encodeMany(this.#value, values) };
    this.raw.updateMany({ count: keys.length, ...raw }, flags);
  }

  /** Writes elements 0 to n-1 of an array map from their bytes in one call. */
  writeAll(values: Uint8Array): void {
    this.raw.writeAll(values);
  }

  /** All entries; see RawMap.batches about maps that change meanwhile. */
  *entries(): Generator<readonly [K, V]> {
    for (const { count, keys, values } of this.raw.batches()) {
      const keyView = viewOf(keys);
      const valueView = viewOf(values);
      for (let i = 0; i < count; i++) {
        const key = this.#key.decode(keyView, i * this.#key.size);
        yield [key, this.#value.decode(valueView, i * this.#value.size)];
      }
    }
  }

  /** Removes every entry that is there at the call. */
  clear(): void {
    for (const { count, keys } of [...this.raw.batches()]) {
      const { keySize } = this.raw.info;
      for (let i = 0; i < count; i++) this.raw.delete(keys.subarray(i * keySize, (i + 1) * keySize));
    }
  }
}
