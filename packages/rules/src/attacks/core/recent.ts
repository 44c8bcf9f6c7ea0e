/** A map that holds so many keys at most: the one that was used longest ago gives way, and is counted. */
export class RecentMap<Value, Key = string> {
  readonly #capacity: number;
  readonly #values = new Map<Key, Value>();
  #forgotten = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many keys gave way. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get size(): number {
    return this.#values.size;
  }

  /** The value, which counts as used now. */
  get(key: Key): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#values.delete(key);
    if (this.#values.size >= this.#capacity) {
      const [oldest] = this.#values.keys();
      if (oldest !== undefined) this.#values.delete(oldest);
      this.#forgotten += 1;
    }
    this.#values.set(key, value);
  }

  getOrMake(key: Key, make: () => Value): Value {
    const known = this.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  delete(key: Key): void {
    this.#values.delete(key);
  }
}
