import { type ContainerFact, unitsOf } from "@ringfence/model";
import { matchesContainer } from "../evaluate/matches-container.js";
import { matchesPath } from "../evaluate/matches-path.js";
import { type Belief, matchesUnit } from "../evaluate/matches-process.js";
import type { CgroupConditions, PlaceCondition } from "./cgroup-conditions.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { Dimension } from "./dimension.js";
import { groupsByValue } from "./groups-by-value.js";
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

/** The table of cgroups with its rows, which lie behind all others of the policy. */
export interface CgroupTable
  extends Pick<CompiledPolicy["cgroup"], "otherRow" | "otherNewRow" | "entries" | "expected"> {
  /** The number of its first row. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** In the form of `CompiledPolicy.rows`. */
  readonly rows: Uint8Array;
  readonly summaries: Uint8Array;
}

/** A cgroup as conditions see it. */
interface Place {
  readonly path: string;
  readonly container: ContainerFact;
}

/**
 * The table of cgroups: every path that a condition names and every workload's, so that the deepest entry at or above a
 * process's cgroup knows all that matters about it. `seen` are paths where units were that may come again.
 */
export function buildCgroupTable(
  conditions: CgroupConditions,
  workloads: readonly CgroupWorkload[],
  firstRow: number,
  seen: Iterable<string> = [],
): CgroupTable {
  const { store, ...table } = cgroupRows(conditions, workloads, firstRow, seen);
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
  const { firstRow, otherRow, otherNewRow, entries, expected } = cgroup;
  return {
    otherRow,
    otherNewRow,
    entries,
    expected,
    firstRow,
    rowCount: rowCount - firstRow,
    rows: rows.subarray((rows.length / rowCount) * firstRow),
    summaries: summaries.subarray((summaries.length / rowCount) * firstRow),
  };
}

/** The same, its rows in a store of their own. */
export function cgroupRows(
  { bitCount, wordCount, places, needs }: CgroupConditions,
  workloads: readonly CgroupWorkload[],
  firstRow: number,
  seen: Iterable<string> = [],
) {
  const dimension = new Dimension<PlaceCondition>(bitCount, wordCount);
  for (let at = 0; at < needs.length; at += 2) dimension.require(needs[at] ?? 0, places[needs[at + 1] ?? 0]);
  const groupsOf = groupsByValue(dimension.lists.map((place) => ("paths" in place ? place.paths : [])));
  const tested = dimension.lists.flatMap((place, group) => ("paths" in place ? [] : [{ group, place }]));
  dimension.begin();
  const store = new RowStore(wordCount, 2 + 2 * workloads.length);
  const containers = new Map(workloads.map(({ cgroup, container }) => [cgroup, container]));
  const containerOf = (path: string) =>
    containerAt(selfAndParents(path).flatMap((root) => containers.get(root) ?? []));
  const rowsOf = (path: string, container: ContainerFact = containerOf(path)) => {
    const named = selfAndParents(path).flatMap((root) => groupsOf.get(root) ?? []);
    const rowIn = (fact: ContainerFact) => {
      const held = tested.filter(({ place }) => holdsIn({ path, container: fact }, place));
      return firstRow + dimension.rowOf([...named, ...held.map(({ group }) => group)], store);
    };
    const row = rowIn(container);
    return { row, newRow: container === false ? rowIn("pending") : row };
  };
  const listed = tested.length === 0 ? [] : [...containers.keys()];
  const foreseen = [...groupsOf.keys(), ...tested.flatMap(({ place }) => unitPaths(place))];
  const paths = [...new Set([...foreseen, ...listed])].toSorted();
  const { row: otherRow, newRow: otherNewRow } = rowsOf("/");
  const idOf = new Map(
    workloads.flatMap(({ cgroup, id }) => (id === undefined ? [] : [[cgroup, { id }] as const])),
  );
  const entries = paths.map((path) => ({ path, ...idOf.get(path), ...rowsOf(path) }));
  const isMatched = (path: string) => isUnitPath(path) && tested.some(({ place }) => isUnitOf(place, path));
  const matched = [...listed, ...seen].filter(isMatched);
  const expected = [...new Set([...foreseen, ...matched])]
    .filter((path) => !isContainer(containerOf(path)))
    .map((path) => ({ path, ...rowsOf(path, false) }));
  return { otherRow, otherNewRow, entries, expected, store };
}

function isContainer(fact: ContainerFact): boolean {
  return fact !== false && fact !== "pending";
}

/** Where units lie that a condition names, unless their files say otherwise. */
function unitPaths(place: PlaceCondition): readonly string[] {
  return "unit" in place ? place.unit.flatMap((name) => defaultUnitPath(name) ?? []) : [];
}

/** True for a unit's own cgroup; names below it are not the manager's. */
function isUnitPath(path: string): boolean {
  return unitsOf(path).length === path.split("/").length - 1;
}

function isUnitOf(condition: PlaceCondition, path: string): boolean {
  const own = unitsOf(path).at(-1) ?? "";
  return "unit" in condition && condition.unit.some((pattern) => matchesPath(pattern, own));
}

/**
 * What holds where workloads lie in each other, the innermost first: the outermost container, as whoever is in one makes
 * cgroups there as it likes; else what is known of the innermost.
 */
function containerAt(facts: readonly ContainerFact[]): ContainerFact {
  return facts.findLast((fact) => fact !== false && fact !== "pending") ?? facts[0] ?? false;
}

function holdsIn(place: Place, condition: PlaceCondition): boolean {
  if ("host" in condition) return isHost(place, condition.belief);
  if ("unit" in condition) return matchesUnit(condition.unit, place.path);
  return "container" in condition && matchesContainer(condition.container, place.container, condition.belief);
}

function isHost({ container }: Place, belief: Belief): boolean {
  return container === false || (container === "pending" && belief === "lenient");
}

/** `/a/b` lies in `/a/b`, `/a` and `/`. */
function selfAndParents(path: string): readonly string[] {
  const parents: string[] = [];
  for (let at = path; at !== "" && at !== "/"; at = at.slice(0, at.lastIndexOf("/"))) parents.push(at);
  return [...parents, "/"];
}
