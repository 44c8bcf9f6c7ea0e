import type { NumberRange } from "@ringfence/model";
import type { CompiledPolicy, IntervalTable } from "./compiled-policy.js";
import type { CompileContext } from "./context.js";
import { groupsByValue } from "./groups-by-value.js";
import { sweepIntervals } from "./interval-sweep.js";

const highestId = 2 ** 32 - 1;

/** The table of effective user or group ids. */
export function buildIdTable(context: CompileContext, key: "uid" | "gid"): IntervalTable {
  const dimension = context.dimension<readonly NumberRange[]>();
  context.bits.forEach(({ subject, process }, bit) => {
    dimension.require(bit, subject[key]);
    dimension.require(bit, process[key]);
  });
  const visit = (ranges: readonly NumberRange[], emit: (from: number, to: number) => void) => {
    for (const { from, to } of ranges) emit(from, to);
  };
  return sweepIntervals(dimension, visit, highestId, context.rows);
}

/** The table of task names: those that a condition lists, and one row for all others. */
export function buildCommTable(context: CompileContext): CompiledPolicy["comm"] {
  const dimension = context.dimension<readonly string[]>();
  context.bits.forEach(({ subject, process }, bit) => {
    dimension.require(bit, subject.comm);
    dimension.require(bit, process.comm);
  });
  const groupsOf = groupsByValue(dimension.lists);
  dimension.begin();
  const otherRow = context.rows.intern(dimension.vector);
  const entries = [...groupsOf].map(([comm, groups]) => {
    return { comm, row: context.rowOfGroups(dimension, groups) };
  });
  return { otherRow, entries };
}
