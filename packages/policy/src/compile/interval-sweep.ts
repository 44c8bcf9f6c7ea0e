import type { IntervalTable } from "./compiled-policy.js";
import type { Dimension } from "./dimension.js";
import { limitError, limits } from "./limits.js";
import type { RowStore } from "./row-store.js";

// An event packs into one exact double: value (up to 2^32), then end flag, then group number (17 bits).
const groupSpan = 2 ** 17;
const eventSpan = groupSpan * 2;

/** Calls `emit` with the inclusive ends of each range of a list; a callback, as objects would cost more than the sort. */
export type VisitRanges<List, N> = (list: List, emit: (from: N, to: N) => void) => void;

/**
 * Builds an interval table by walking over the ends of all ranges in ascending order: one sort of packed
 * numbers, then one step per range end. `visit` tells the ranges of each of the dimension's lists
 * and `last` is the highest value. Begins the dimension.
 */
export function sweepIntervals<List extends object>(
  dimension: Dimension<List>,
  visit: VisitRanges<List, number>,
  last: number,
  rows: RowStore,
): IntervalTable {
  const events = sortedEvents(dimension, visit, last);
  dimension.begin();
  const starts: number[] = [];
  const rowNumbers: number[] = [];
  let start = 0;
  for (let i = 0; i <= events.length; i++) {
    const event = events[i];
    const value = event === undefined ? -1 : Math.floor(event / eventSpan);
    if (value !== start) {
      const row = rows.intern(dimension.vector);
      if (row !== rowNumbers.at(-1)) {
        starts.push(start);
        rowNumbers.push(row);
      }
      start = value;
    }
    if (event === undefined) break;
    apply(dimension, event - value * eventSpan);
  }
  checkIntervalCount(starts.length);
  return { starts: new Uint32Array(starts), rows: new Uint32Array(rowNumbers) };
}

/** Throws when a table would have more intervals than the kernel's has room for. */
export function checkIntervalCount(count: number): void {
  if (count <= limits.intervals) return;
  throw limitError(
    "intervals in one table",
    count,
    limits.intervals,
    "Merge neighbouring prefixes or ranges",
  );
}

function sortedEvents<List extends object>(
  dimension: Dimension<List>,
  visit: VisitRanges<List, number>,
  last: number,
): Float64Array {
  const events: number[] = [];
  for (const [group, list] of dimension.lists.entries()) {
    visit(list, (from, to) => {
      events.push(from * eventSpan + group);
      // Starts sort before ends of the same value, so that adjoining ranges of a group never leave it.
      if (to < last) events.push((to + 1) * eventSpan + groupSpan + group);
    });
  }
  return new Float64Array(events).sort();
}

function apply<List extends object>(dimension: Dimension<List>, flaggedGroup: number): void {
  if (flaggedGroup < groupSpan) dimension.enter(flaggedGroup);
  else dimension.leave(flaggedGroup - groupSpan);
}
