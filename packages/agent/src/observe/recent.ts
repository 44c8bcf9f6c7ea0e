/** A map that keeps so many entries: the one that was set longest ago gives way. */
export class Recent<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    if (this.#entries.size === this.#capacity) this.#entries.delete(this.#entries.keys().next().value as Key);
    this.#entries.set(key, value);
  }
}
