import { RingfenceError } from "@ringfence/model";
import type { CgroupTable, CompiledPolicy } from "@ringfence/policy";

/** Subjects that one policy keeps a row for; more are judged from their dimensions. */
export const SUBJECT_ROWS = 1024;
/** What a policy that is not there yet gets at least, so that a small one may grow at no cost worth naming. */
const LEAST_GROWTH = { blocks: 4096, rows: 2048, entries: 8192, cgroups: 16_384 } as const;

/** Entries that one policy may have in each map. */
export interface PolicyCapacity {
  /** blocks of all rows, the subjects' included */
  readonly rows: number;
  readonly summaries: number;
  readonly intervals: number;
  readonly intervals6: number;
  readonly interval_index: number;
  readonly transitions: number;
  readonly accepts: number;
  readonly comms: number;
  readonly cgroups: number;
  readonly listed_names: number;
}

/** What exactly this policy needs with this table of cgroups. `cgroups` counts those that are to be listed for it. */
export function capacityOf(policy: CompiledPolicy, table: CgroupTable, cgroups: number): PolicyCapacity {
  const { automaton } = policy.exe;
  return {
    ...roomForRows(table, policy.blockCount),
    intervals: intervalTables(policy).reduce((sum, table) => sum + table.starts.length, 0),
    intervals6: policy.v6.rows.length,
    interval_index: policy.v4Index.positions.length,
    transitions: automaton?.transitions.length ?? 0,
    accepts: automaton?.stateCount ?? 0,
    comms: policy.comm.entries.length,
    cgroups,
    listed_names: policy.names.entries.length,
  };
}

/** What the rows of a policy need that ends in this table, and those of subjects behind it. */
export function roomForRows(
  { firstRow, rowCount }: Pick<CgroupTable, "firstRow" | "rowCount">,
  blockCount: number,
): Pick<PolicyCapacity, "rows" | "summaries"> {
  const count = firstRow + rowCount + SUBJECT_ROWS;
  return { rows: count * blockCount, summaries: count };
}

/** The same, asked map by map. */
export function capacityWhere(entries: (map: keyof PolicyCapacity) => number): PolicyCapacity {
  return {
    rows: entries("rows"),
    summaries: entries("summaries"),
    intervals: entries("intervals"),
    intervals6: entries("intervals6"),
    interval_index: entries("interval_index"),
    transitions: entries("transitions"),
    accepts: entries("accepts"),
    comms: entries("comms"),
    cgroups: entries("cgroups"),
    listed_names: entries("listed_names"),
  };
}

/** Room for cgroups that somebody makes between the planning and the writing of a policy that names some. */
export function withNewCgroups(needed: PolicyCapacity): PolicyCapacity {
  return { ...needed, cgroups: needed.cgroups + LEAST_GROWTH.rows };
}

/** Room for policies of up to twice the size, and for small ones whatever they are. */
export function withGrowth(needed: PolicyCapacity): PolicyCapacity {
  const grow = (size: number, least: number) => Math.max(2 * size, least);
  return {
    rows: grow(needed.rows, SUBJECT_ROWS + LEAST_GROWTH.blocks),
    summaries: grow(needed.summaries, SUBJECT_ROWS + LEAST_GROWTH.rows),
    intervals: grow(needed.intervals, LEAST_GROWTH.entries),
    intervals6: grow(needed.intervals6, LEAST_GROWTH.entries),
    interval_index: grow(needed.interval_index, LEAST_GROWTH.entries),
    transitions: grow(needed.transitions, 4 * LEAST_GROWTH.entries),
    accepts: grow(needed.accepts, LEAST_GROWTH.entries),
    comms: grow(needed.comms, LEAST_GROWTH.rows),
    cgroups: grow(needed.cgroups, LEAST_GROWTH.cgroups),
    listed_names: grow(needed.listed_names, LEAST_GROWTH.rows),
  };
}

/** Sizes of the maps for so many policies beside each other; a kernel map cannot have none. */
export function mapSizes(capacity: PolicyCapacity, slots: number): Record<string, number> {
  const sizes = { ...capacity, subject_index: SUBJECT_ROWS };
  return Object.fromEntries(Object.entries(sizes).map(([map, size]) => [map, Math.max(1, size) * slots]));
}

/** Whether there is as much room as that in every map. */
export function covers(capacity: PolicyCapacity, wanted: PolicyCapacity): boolean {
  return (Object.keys(wanted) as (keyof PolicyCapacity)[]).every((map) => capacity[map] >= wanted[map]);
}

/** Throws RF_POLICY_LIMIT, with both numbers, if the maps that were made are too small for this policy. */
export function checkFits(needed: Partial<PolicyCapacity>, capacity: PolicyCapacity): void {
  for (const [map, count] of Object.entries(needed) as [keyof PolicyCapacity, number][]) {
    if (count <= capacity[map]) continue;
    throw new RingfenceError(
      "RF_POLICY_LIMIT",
      `The policy needs ${count} entries in "${map}", and there is room for ${capacity[map]}`,
      { hint: "Room is made at the start, for twice the first policy: start again with the larger one" },
    );
  }
}

/** The tables that share the map `intervals`, in the order in which they lie there. */
export function intervalTables(policy: CompiledPolicy) {
  return [policy.uid, policy.gid, policy.v4, policy.tcp, policy.udp, policy.sctp] as const;
}
