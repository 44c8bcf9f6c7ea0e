import type { IntervalIndex, IntervalTable, WideIntervalTable } from "../compile/compiled-policy.js";
import { wideAt } from "../compile/wide-words.js";

/** The row of a value: that of the last start which is not above it. */
export function lookUpInterval(table: IntervalTable, value: number): number {
  return rowOfLast(table, value, 0, table.rows.length);
}

/** The same, with the first level to begin from. */
export function lookUpIndexed(table: IntervalTable, index: IntervalIndex, value: number): number {
  if (index.shift > 31) return lookUpInterval(table, value);
  const bucket = value >>> index.shift;
  return rowOfLast(table, value, index.positions[bucket] ?? 0, (index.positions[bucket + 1] ?? 0) + 1);
}

/** The same for a 128-bit value. */
export function lookUpWide({ starts, rows }: WideIntervalTable, value: bigint): number {
  return rows[lastWhere((at) => wideAt(starts, at) <= value, 0, rows.length)] ?? 1;
}

function rowOfLast({ starts, rows }: IntervalTable, value: number, from: number, end: number): number {
  return rows[lastWhere((at) => (starts[at] ?? Number.NaN) <= value, from, end)] ?? 1;
}

/** The last place for which a condition holds that holds up to some place and no further. */
function lastWhere(holds: (at: number) => boolean, from: number, end: number): number {
  let low = from;
  let high = end;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
