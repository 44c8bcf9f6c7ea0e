import type { ContainerFact } from "@ringfence/model";
import type { CgroupConditions, PlaceCondition } from "./cgroup-conditions.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { Dimension } from "./dimension.js";
import { groupsByValue } from "./groups-by-value.js";
import { PlaceGroups } from "./place-groups.js";
import { RowStore } from "./row-store.js";
import { defaultUnitPath } from "./unit-paths.js";

/** What runs in a cgroup of this host, and in those below it. */
export interface CgroupWorkload {
  /** Path in the cgroup v2 hierarchy. */
  readonly cgroup: string;
  /** The kernel's number of that cgroup: another one of the same path is another workload's. */
  readonly id?: bigint;
  readonly container: ContainerFact;
}

/** What is known of the cgroups of a host. */
export interface CgroupsNow {
  readonly workloads: readonly CgroupWorkload[];
  /** Paths where units were that may come again. */
  readonly seen?: Iterable<string>;
  /** Cgroups that went: what was sent from one before its end is judged as it was. */
  readonly gone?: readonly {
    readonly id: bigint;
    readonly path: string;
    readonly container: ContainerFact;
  }[];
}

/** The table of cgroups with its rows, which lie behind all others of the policy. */
export interface CgroupTable
  extends Pick<
    CompiledPolicy["cgroup"],
    "otherRow" | "otherNewRow" | "entries" | "expected" | "matched" | "gone"
  > {
  /** The number of its first row. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** In the form of `CompiledPolicy.rows`. */
  readonly rows: Uint8Array;
  readonly summaries: Uint8Array;
}

/**
 * The table of cgroups: every path that a condition names and every workload's, so that the deepest entry at or above a
 * process's cgroup knows all that matters about it.
 */
export function buildCgroupTable(
  conditions: CgroupConditions,
  now: CgroupsNow,
  firstRow: number,
): CgroupTable {
  const { store, ...table } = cgroupRows(conditions, now, firstRow);
  return {
    ...table,
    firstRow,
    rowCount: store.count,
    rows: store.toBytes(),
    summaries: store.summariesToBytes(),
  };
}

/** The table that a policy was compiled with. */
export function cgroupTableOf({ cgroup, rows, summaries, rowCount }: CompiledPolicy): CgroupTable {
  const { firstRow, otherRow, otherNewRow, entries, expected, matched, gone } = cgroup;
  return {
    otherRow,
    otherNewRow,
    entries,
    expected,
    matched,
    gone,
    firstRow,
    rowCount: rowCount - firstRow,
    rows: rows.subarray((rows.length / rowCount) * firstRow),
    summaries: summaries.subarray((summaries.length / rowCount) * firstRow),
  };
}

/** The same, its rows in a store of their own. */
export function cgroupRows(
  conditions: CgroupConditions,
  { workloads, seen = [], gone = [] }: CgroupsNow,
  firstRow: number,
) {
  const { bitCount, wordCount, places, needs } = conditions;
  const dimension = new Dimension<PlaceCondition>(bitCount, wordCount);
  for (let at = 0; at < needs.length; at += 2) dimension.require(needs[at] ?? 0, places[needs[at + 1] ?? 0]);
  const { lists } = dimension;
  const groupsOf = groupsByValue(lists.map((place) => ("paths" in place ? place.paths : [])));
  const groups = new PlaceGroups(conditions, lists);
  const units = lists.flatMap((place) => ("unit" in place ? place.unit : []));
  dimension.begin();
  const store = new RowStore(wordCount, 2 + 2 * workloads.length);
  const containers = new Map(workloads.map(({ cgroup, container }) => [cgroup, container]));
  const containerOf = (path: string) =>
    containerAt(selfAndParents(path).flatMap((root) => containers.get(root) ?? []));
  const rowsOf = (path: string, container: ContainerFact = containerOf(path)) => {
    const named = selfAndParents(path).flatMap((root) => groupsOf.get(root) ?? []);
    const rowIn = (fact: ContainerFact) =>
      firstRow + dimension.rowOf([...named, ...groups.at(path, fact)], store);
    const row = rowIn(container);
    return { row, newRow: container === false ? rowIn("pending") : row };
  };
  const listed = lists.every((place) => "paths" in place) ? [] : [...containers.keys()];
  const foreseen = [...groupsOf.keys(), ...units.flatMap((name) => defaultUnitPath(name) ?? [])];
  const paths = [...new Set([...foreseen, ...listed])].toSorted();
  const { row: otherRow, newRow: otherNewRow } = rowsOf("/");
  const idOf = new Map(
    workloads.flatMap(({ cgroup, id }) => (id === undefined ? [] : [[cgroup, { id }] as const])),
  );
  const entries = paths.map((path) => ({ path, ...idOf.get(path), ...rowsOf(path) }));
  const matched = [...new Set([...listed, ...seen])].filter((path) => groups.isUnit(path));
  const expected = [...new Set([...foreseen, ...matched])].map((path) => {
    // of a container that comes again nothing is known
    const container = isContainer(containerOf(path)) ? "pending" : false;
    return { path, ...rowsOf(path, container) };
  });
  const left = gone
    .map(({ id, path, container }) => ({ id, ...rowsOf(path, container) }))
    .filter(({ row, newRow }) => row !== otherRow || newRow !== otherNewRow);
  return { otherRow, otherNewRow, entries, expected, matched, gone: left, store };
}

function isContainer(fact: ContainerFact): boolean {
  return fact !== false && fact !== "pending";
}

/**
 * What holds where workloads lie in each other, the innermost first: the outermost container, as whoever is in one makes
 * cgroups there as it likes; else what is known of the innermost.
 */
function containerAt(facts: readonly ContainerFact[]): ContainerFact {
  return facts.findLast((fact) => fact !== false && fact !== "pending") ?? facts[0] ?? false;
}

/** `/a/b` lies in `/a/b`, `/a` and `/`. */
function selfAndParents(path: string): readonly string[] {
  const parents: string[] = [];
  for (let at = path; at !== "" && at !== "/"; at = at.slice(0, at.lastIndexOf("/"))) parents.push(at);
  return [...parents, "/"];
}
