import type { IntervalIndex, IntervalTable, WideIntervalTable } from "../compile/compiled-policy.js";

/** The row of a value: that of the last start which is not above it. */
export function lookUpInterval(table: IntervalTable, value: number): number {
  return table.rows[lastNotAbove(table.starts, value)] ?? 1;
}

/** The same, with the first level to begin from. */
export function lookUpIndexed(table: IntervalTable, index: IntervalIndex, value: number): number {
  if (index.shift > 31) return lookUpInterval(table, value);
  const bucket = value >>> index.shift;
  const low = index.positions[bucket] ?? 0;
  const high = (index.positions[bucket + 1] ?? 0) + 1;
  return table.rows[lastNotAbove(table.starts, value, low, high)] ?? 1;
}

/** The same for a 128-bit value. */
export function lookUpWide(table: WideIntervalTable, value: bigint): number {
  return table.rows[lastNotAbove(table.starts, value)] ?? 1;
}

function lastNotAbove<N extends number | bigint>(
  starts: ArrayLike<N>,
  value: N,
  from = 0,
  end = starts.length,
): number {
  let low = from;
  let high = end;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value) low = middle;
    else high = middle;
  }
  return low;
}
