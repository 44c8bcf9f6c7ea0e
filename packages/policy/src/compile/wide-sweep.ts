import type { WideIntervalTable } from "./compiled-policy.js";
import type { Dimension } from "./dimension.js";
import { checkIntervalCount, type VisitRanges } from "./interval-sweep.js";
import { radixOrder } from "./radix-order.js";
import type { RowStore } from "./row-store.js";

const highest = (1n << 128n) - 1n;

/** The same walk as `sweepIntervals`, for 128-bit values. Begins the dimension. */
export function sweepWideIntervals<List extends object>(
  dimension: Dimension<List>,
  visit: VisitRanges<List, bigint>,
  rows: RowStore,
): WideIntervalTable {
  const { values, groups, startCount } = collectEvents(dimension, visit);
  const order = radixOrder(values);
  dimension.begin();
  const starts: bigint[] = [];
  const rowNumbers: number[] = [];
  let start = 0n;
  for (let i = 0; i <= order.length; i++) {
    const event = order[i];
    const value = event === undefined ? undefined : values[event];
    if (value !== start) {
      const row = rows.intern(dimension.vector);
      if (row !== rowNumbers.at(-1)) {
        starts.push(start);
        rowNumbers.push(row);
      }
      if (value !== undefined) start = value;
    }
    if (event === undefined) break;
    const group = groups[event] ?? 0;
    if (event < startCount) dimension.enter(group);
    else dimension.leave(group);
  }
  checkIntervalCount(starts.length);
  return { starts, rows: new Uint32Array(rowNumbers) };
}

/** All starts, then all ends: the order is stable, so starts come before ends of the same value. */
function collectEvents<List extends object>(
  dimension: Dimension<List>,
  visit: VisitRanges<List, bigint>,
): { values: bigint[]; groups: number[]; startCount: number } {
  const values: bigint[] = [];
  const groups: number[] = [];
  const ends: bigint[] = [];
  const endGroups: number[] = [];
  for (const [group, list] of dimension.lists.entries()) {
    visit(list, (from, to) => {
      values.push(from);
      groups.push(group);
      if (to === highest) return;
      ends.push(to + 1n);
      endGroups.push(group);
    });
  }
  const startCount = values.length;
  for (const end of ends) values.push(end);
  for (const group of endGroups) groups.push(group);
  return { values, groups, startCount };
}
