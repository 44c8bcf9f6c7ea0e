import type { IntervalTable, WideIntervalTable } from "../compile/compiled-policy.js";

/** The row of a value: that of the last start which is not above it. */
export function lookUpInterval(table: IntervalTable, value: number): number {
  return table.rows[lastNotAbove(table.starts, value)] ?? 1;
}

/** The same for a 128-bit value. */
export function lookUpWide(table: WideIntervalTable, value: bigint): number {
  return table.rows[lastNotAbove(table.starts, value)] ?? 1;
}

function lastNotAbove<N extends number | bigint>(starts: ArrayLike<N>, value: N): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value) low = middle;
    else high = middle;
  }
  return low;
}
