import { BitVector } from "./bit-vector.js";
import type { RowStore } from "./row-store.js";

const never = 255;
const noLink = -1;

/**
 * Which bits hold for the value at hand in one dimension (uid, port, path...). Bits that share a condition list
 * form a group; while a sweep walks over the values it enters and leaves groups, and the vector follows. A bit
 * may need two groups at once, when the subject and the rule both constrain the dimension.
 */
export class Dimension<List extends object> {
  readonly vector: BitVector;
  readonly #groupOf = new Map<List, number>();
  /** The bits of each group as chains: a group's first link, then for each link its bit and the next link. */
  readonly #firstLink: number[] = [];
  readonly #linkBit: number[] = [];
  readonly #nextLink: number[] = [];
  readonly #needed: Uint8Array;
  readonly #met: Uint8Array;
  readonly #entered: number[] = [];
  readonly #bitCount: number;

  constructor(bitCount: number, wordCount: number) {
    this.#bitCount = bitCount;
    this.vector = new BitVector(wordCount);
    this.#needed = new Uint8Array(bitCount);
    this.#met = new Uint8Array(bitCount);
  }

  /** The condition lists by group number. */
  get lists(): readonly List[] {
    return [...this.#groupOf.keys()];
  }

  /** The bit holds only for values that satisfy the list; undefined constrains nothing. */
  require(bit: number, list: List | undefined): void {
    if (list === undefined) return;
    let group = this.#groupOf.get(list);
    if (group === undefined) {
      group = this.#firstLink.length;
      this.#groupOf.set(list, group);
      this.#firstLink.push(noLink);
      this.#entered.push(0);
    }
    this.#nextLink.push(this.#firstLink[group] ?? noLink);
    this.#firstLink[group] = this.#linkBit.length;
    this.#linkBit.push(bit);
    if (this.#needed[bit] !== never) this.#needed[bit] = (this.#needed[bit] ?? 0) + 1;
  }

  /** The bit holds for no value. */
  exclude(bit: number): void {
    this.#needed[bit] = never;
  }

  /** True when the bit was given a condition, or excluded. */
  constrains(bit: number): boolean {
    return this.#needed[bit] !== 0;
  }

  /** Ends the collecting of conditions: sets the bits that have none. */
  begin(): void {
    for (let bit = 0; bit < this.#bitCount; bit++) if (this.#needed[bit] === 0) this.vector.flip(bit);
  }

  /** The row of a value that satisfies exactly these groups; the collecting has ended. */
  rowOf(groups: readonly number[], rows: RowStore): number {
    for (const group of groups) this.enter(group);
    const row = rows.intern(this.vector);
    for (const group of groups) this.leave(group);
    return row;
  }

  /** The value at hand satisfies the group's list, once more. */
  enter(group: number): void {
    const entered = this.#entered[group] ?? 0;
    this.#entered[group] = entered + 1;
    if (entered > 0) return;
    for (
      let link = this.#firstLink[group] ?? noLink;
      link !== noLink;
      link = this.#nextLink[link] ?? noLink
    ) {
      const bit = this.#linkBit[link] ?? 0;
      const met = (this.#met[bit] ?? 0) + 1;
      this.#met[bit] = met;
      if (met === this.#needed[bit]) this.vector.flip(bit);
    }
  }

  /** Undoes one `enter`. */
  leave(group: number): void {
    const entered = (this.#entered[group] ?? 0) - 1;
    this.#entered[group] = entered;
    if (entered > 0) return;
    for (
      let link = this.#firstLink[group] ?? noLink;
      link !== noLink;
      link = this.#nextLink[link] ?? noLink
    ) {
      const bit = this.#linkBit[link] ?? 0;
      const met = this.#met[bit] ?? 0;
      if (met === this.#needed[bit]) this.vector.flip(bit);
      this.#met[bit] = met - 1;
    }
  }
}
