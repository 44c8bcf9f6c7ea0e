import type { Codec } from "../layout/codec.js";
import { checkCodecs } from "./check-codec.js";
import { isPerCpu } from "./map-type.js";
import { BPF_ANY, RawMap } from "./raw-map.js";
import { encodeOne, viewOf } from "./typed-buffer.js";

/** A kernel map that keeps one value per possible CPU and key. */
export class PerCpuMap<K, V, KI = K, VI = V> {
  readonly raw: RawMap;
  readonly #key: Codec<K, KI>;
  readonly #value: Codec<V, VI>;
  /** bytes from one CPU's value to the next */
  readonly #stride: number;

  constructor(raw: RawMap, key: Codec<K, KI>, value: Codec<V, VI>) {
    if (!isPerCpu(raw.info.type)) throw new TypeError(`Cannot type map "${raw.name}": it is not per CPU`);
    checkCodecs(raw, key, value);
    this.raw = raw;
    this.#key = key;
    this.#value = value;
    this.#stride = Math.ceil(value.size / 8) * 8;
  }

  /** A map whose descriptor this process inherited or opened by itself. */
  static fromFd<K, V, KI = K, VI = V>(
    fd: number,
    key: Codec<K, KI>,
    value: Codec<V, VI>,
    name?: string,
  ): PerCpuMap<K, V, KI, VI> {
    return new PerCpuMap(RawMap.fromFd(fd, name), key, value);
  }

  /** The values of a key, one per CPU; undefined when absent. */
  get(key: KI): readonly V[] | undefined {
    const values = this.raw.lookup(encodeOne(this.#key, key));
    return values === undefined ? undefined : this.#decode(values);
  }

  /** The values of a key folded into one, starting from `zero`; `zero` when absent. */
  sum(key: KI, zero: V, add: (total: V, value: V) => V): V {
    return (this.get(key) ?? []).reduce(add, zero);
  }

  /** Gives every CPU the same value, as a reset does. */
  setAll(key: KI, value: VI, flags = BPF_ANY): void {
    const one = encodeOne(this.#value, value);
    const all = new Uint8Array(this.raw.valueBytes);
    for (let offset = 0; offset < all.length; offset += this.#stride) all.set(one, offset);
    this.raw.update(encodeOne(this.#key, key), all, flags);
  }

  /** False when the key was absent. */
  delete(key: KI): boolean {
    return this.raw.delete(encodeOne(this.#key, key));
  }

  *entries(): Generator<readonly [K, readonly V[]]> {
    const { keySize } = this.raw.info;
    for (const { count, keys, values } of this.raw.batches()) {
      const keyView = viewOf(keys);
      for (let i = 0; i < count; i++) {
        const bytes = values.subarray(i * this.raw.valueBytes, (i + 1) * this.raw.valueBytes);
        yield [this.#key.decode(keyView, i * keySize), this.#decode(bytes)];
      }
    }
  }

  #decode(values: Uint8Array): V[] {
    const view = viewOf(values);
    const cpus = values.length / this.#stride;
    return Array.from({ length: cpus }, (_, cpu) => this.#value.decode(view, cpu * this.#stride));
  }
}
