import type { WideIntervalTable } from "./compiled-policy.js";
import type { Dimension } from "./dimension.js";
import { checkIntervalCount } from "./interval-sweep.js";
import { radixOrder } from "./radix-order.js";
import type { RowStore } from "./row-store.js";
import { WideList, wideWords } from "./wide-words.js";

/** Adds the lowest value of each block of a list to `firsts`, and what follows its highest one to `ends`, if any does. */
export type VisitBlocks<List> = (list: List, firsts: WideList, ends: WideList) => void;

/** The same walk as `sweepIntervals`, for 128-bit values. Begins the dimension. */
export function sweepWideIntervals<List extends object>(
  dimension: Dimension<List>,
  visit: VisitBlocks<List>,
  rows: RowStore,
): WideIntervalTable {
  const { values, groups, startCount } = collectEvents(dimension, visit);
  const order = radixOrder(values);
  dimension.begin();
  const starts = new WideList();
  const rowNumbers: number[] = [];
  const finish = (w0: number, w1: number, w2: number, w3: number) => {
    const row = rows.intern(dimension.vector);
    if (row === rowNumbers.at(-1)) return;
    starts.add(w0, w1, w2, w3);
    rowNumbers.push(row);
  };
  let [w0, w1, w2, w3] = [0, 0, 0, 0];
  for (let i = 0; i < order.length; i++) {
    const event = order[i] ?? 0;
    const at = event * wideWords;
    const [v0 = 0, v1 = 0, v2 = 0, v3 = 0] = [values[at], values[at + 1], values[at + 2], values[at + 3]];
    if (v3 !== w3 || v2 !== w2 || v1 !== w1 || v0 !== w0) {
      finish(w0, w1, w2, w3);
      [w0, w1, w2, w3] = [v0, v1, v2, v3];
    }
    const group = groups[event] ?? 0;
    if (event < startCount) dimension.enter(group);
    else dimension.leave(group);
  }
  finish(w0, w1, w2, w3);
  checkIntervalCount(starts.length);
  return { starts: starts.words.slice(), rows: new Uint32Array(rowNumbers) };
}

/** All starts, then all ends: the order is stable, so starts come before ends of the same value. */
function collectEvents<List extends object>(
  dimension: Dimension<List>,
  visit: VisitBlocks<List>,
): { values: Uint32Array; groups: Uint32Array; startCount: number } {
  const firsts = new WideList();
  const ends = new WideList();
  const groups: number[] = [];
  const endGroups: number[] = [];
  for (const [group, list] of dimension.lists.entries()) {
    visit(list, firsts, ends);
    while (groups.length < firsts.length) groups.push(group);
    while (endGroups.length < ends.length) endGroups.push(group);
  }
  const values = new Uint32Array(firsts.words.length + ends.words.length);
  values.set(firsts.words);
  values.set(ends.words, firsts.words.length);
  const groupOf = new Uint32Array(groups.length + endGroups.length);
  groupOf.set(groups);
  groupOf.set(endGroups, groups.length);
  return { values, groups: groupOf, startCount: firsts.length };
}
