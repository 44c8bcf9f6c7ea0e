/** Different items that were seen within the last while, so many at most: enough to compare with a threshold. */
export class Window {
  readonly #lengthMs: number;
  readonly #capacity: number;
  readonly #seen = new Map<string, number>();

  /** @param capacity items that are kept; of more than that, the ones seen longest ago are dropped */
  constructor(lengthMs: number, capacity: number) {
    this.#lengthMs = lengthMs;
    this.#capacity = capacity;
  }

  /** Adds an item and returns how many different ones the window holds. */
  add(item: string, atMs: number): number {
    this.#seen.delete(item);
    this.#seen.set(item, atMs);
    for (const [oldest, seenMs] of this.#seen) {
      if (seenMs > atMs - this.#lengthMs && this.#seen.size <= this.#capacity) break;
      this.#seen.delete(oldest);
    }
    return this.#seen.size;
  }

  /** Some of the items, the latest last. */
  examples(count = 5): string[] {
    return [...this.#seen.keys()].slice(-count);
  }

  clear(): void {
    this.#seen.clear();
  }
}
