import { BitVector } from "./bit-vector.js";
import type { Conjunction } from "./bits.js";
import { Dimension } from "./dimension.js";
import type { RowStore } from "./row-store.js";

/** What every table builder needs: the bits, and where rows are kept. */
export class CompileContext {
  readonly bits: readonly Conjunction[];
  readonly rows: RowStore;
  readonly #wordCount: number;

  constructor(bits: readonly Conjunction[], rows: RowStore, wordCount: number) {
    this.bits = bits;
    this.rows = rows;
    this.#wordCount = wordCount;
  }

  /** A dimension over all bits, without conditions yet. */
  dimension<List extends object>(): Dimension<List> {
    return new Dimension<List>(this.bits.length, this.#wordCount);
  }

  /** The row of the bits for which the predicate holds. */
  rowWhere(holds: (conjunction: Conjunction) => boolean): number {
    const vector = new BitVector(this.#wordCount);
    this.bits.forEach((conjunction, bit) => {
      if (holds(conjunction)) vector.flip(bit);
    });
    return this.rows.intern(vector);
  }

  /** The row of a value that satisfies exactly these groups of a dimension that has begun. */
  rowOfGroups<List extends object>(dimension: Dimension<List>, groups: readonly number[]): number {
    return dimension.rowOf(groups, this.rows);
  }
}
