import type { ContainerFact } from "@ringfence/model";
import { matchesContainer } from "../evaluate/matches-container.js";
import { type Belief, matchesUnit } from "../evaluate/matches-process.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import type { CompileContext } from "./context.js";
import { groupsByValue } from "./groups-by-value.js";

/** What runs in a cgroup of this host, and in those below it. */
export interface CgroupWorkload {
  /** Path in the cgroup v2 hierarchy. */
  readonly cgroup: string;
  readonly container: ContainerFact;
}

/** A cgroup as conditions see it. */
interface Place {
  readonly path: string;
  readonly container: ContainerFact;
}

/** A condition on a place, other than the list of paths. */
interface PlaceTest {
  readonly holds: (place: Place) => boolean;
}

/** The table, and what it was made of beside the cgroups of this host: for the fingerprint of the policy. */
export interface CgroupTable {
  readonly table: CompiledPolicy["cgroup"];
  readonly conditions: readonly unknown[];
}

/**
 * The table of cgroups: every path that a condition names and every workload's, so that the deepest entry at or above a
 * process's cgroup knows all that matters about it.
 */
export function buildCgroupTable(context: CompileContext, workloads: readonly CgroupWorkload[]): CgroupTable {
  const dimension = context.dimension<readonly string[] | PlaceTest>();
  const tests = new PlaceTests();
  const conditions: unknown[] = [];
  context.bits.forEach(({ subject, process, isAllowRule }, bit) => {
    const belief = isAllowRule ? "strict" : "lenient";
    for (const { cgroup, host, container, unit } of [subject, process]) {
      dimension.require(bit, cgroup);
      if (host) dimension.require(bit, tests.of(hostKey, belief, isHost(belief)));
      if (container !== undefined) {
        const holds = (place: Place) => matchesContainer(container, place.container, belief);
        dimension.require(bit, tests.of(container === true ? containerKey : container, belief, holds));
      }
      if (unit !== undefined) {
        dimension.require(
          bit,
          tests.of(unit, "strict", ({ path }) => matchesUnit(unit, path)),
        );
      }
      if (cgroup ?? host ?? container ?? unit) conditions.push([bit, cgroup, host, container, unit]);
    }
  });
  const pathLists = dimension.lists.map((list) => ("holds" in list ? [] : list));
  const groupsOf = groupsByValue(pathLists);
  const tested = dimension.lists.flatMap((list, group) => ("holds" in list ? [{ group, ...list }] : []));
  dimension.begin();
  const containers = new Map(workloads.map(({ cgroup, container }) => [cgroup, container]));
  const rowsOf = (path: string) => {
    const roots = selfAndParents(path);
    const named = roots.flatMap((root) => groupsOf.get(root) ?? []);
    const container = containerAt(roots.flatMap((root) => containers.get(root) ?? []));
    const rowIn = (fact: ContainerFact) => {
      const held = tested.filter(({ holds }) => holds({ path, container: fact }));
      return context.rowOfGroups(dimension, [...named, ...held.map(({ group }) => group)]);
    };
    return { row: rowIn(container), newRow: rowIn(container === false ? "pending" : container) };
  };
  const places = tested.length === 0 ? [] : containers.keys();
  const paths = [...new Set([...groupsOf.keys(), ...places])].toSorted();
  const { row: otherRow, newRow: otherNewRow } = rowsOf("/");
  const entries = paths.map((path) => ({ path, ...rowsOf(path) }));
  return { table: { asked: conditions.length > 0, otherRow, otherNewRow, entries }, conditions };
}

/**
 * What holds where workloads lie in each other, the innermost first: the outermost container, as whoever is in one makes
 * cgroups there as it likes; else what is known of the innermost.
 */
function containerAt(facts: readonly ContainerFact[]): ContainerFact {
  return facts.findLast((fact) => fact !== false && fact !== "pending") ?? facts[0] ?? false;
}

/** Stand for `host: true` and `container: true` among the conditions. */
const hostKey = {};
const containerKey = {};

function isHost(belief: Belief): PlaceTest["holds"] {
  return ({ container }) => container === false || (container === "pending" && belief === "lenient");
}

/** One test for each condition and belief, so that bits that share them share a group. */
class PlaceTests {
  readonly #known = new Map<object, Map<Belief, PlaceTest>>();

  of(key: object, belief: Belief, holds: PlaceTest["holds"]): PlaceTest {
    const tests = this.#known.get(key) ?? new Map<Belief, PlaceTest>();
    this.#known.set(key, tests);
    const test = tests.get(belief) ?? { holds };
    tests.set(belief, test);
    return test;
  }
}

/** `/a/b` lies in `/a/b`, `/a` and `/`. */
function selfAndParents(path: string): readonly string[] {
  const parents: string[] = [];
  for (let at = path; at !== "" && at !== "/"; at = at.slice(0, at.lastIndexOf("/"))) parents.push(at);
  return [...parents, "/"];
}
