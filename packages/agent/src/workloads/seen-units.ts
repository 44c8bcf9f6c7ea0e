/** So many are kept; the kernel has room for 4,096, those included that profiles name. */
const MOST = 2_048;

/** Paths of units that profiles matched, so that one which is started again is known at once. The one that was there longest ago goes. */
export class SeenUnits {
  readonly #paths = new Set<string>();

  /** Those that were there last come first. */
  get paths(): readonly string[] {
    return [...this.#paths].reverse();
  }

  /** @param matched those that are there first */
  note(matched: readonly string[]): void {
    for (const path of [...matched].reverse()) {
      this.#paths.delete(path);
      this.#paths.add(path);
    }
    for (const path of this.#paths) {
      if (this.#paths.size <= MOST) break;
      this.#paths.delete(path);
    }
  }
}
