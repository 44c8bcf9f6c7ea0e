import type { CompiledPolicy } from "./compiled-policy.js";
import type { CompileContext } from "./context.js";
import { groupsByValue } from "./groups-by-value.js";

/** Stands for `host: true` among the lists of cgroups: satisfied everywhere but below a container's cgroup. */
const onHost: readonly string[] = [];
/** Stands for `container: true`: satisfied just there. */
const contained: readonly string[] = [];

/**
 * The table of cgroups: every path that a condition names and every container's, so that the deepest entry at or
 * above a process's cgroup knows all that matters about it.
 */
export function buildCgroupTable(
  context: CompileContext,
  containerCgroups: readonly string[],
): CompiledPolicy["cgroup"] {
  const dimension = context.dimension<readonly string[]>();
  context.bits.forEach(({ subject, process }, bit) => {
    dimension.require(bit, subject.cgroup);
    dimension.require(bit, process.cgroup);
    if (subject.host !== undefined || process.host !== undefined) dimension.require(bit, onHost);
    if (subject.container !== undefined || process.container !== undefined) dimension.require(bit, contained);
  });
  const groupsOf = groupsByValue(dimension.lists);
  const groupsFor = (place: readonly string[]) =>
    dimension.lists.flatMap((list, group) => (list === place ? [group] : []));
  const [hostGroups, containerGroups] = [groupsFor(onHost), groupsFor(contained)];
  const containers = new Set(containerCgroups);
  dimension.begin();
  const rowOf = (roots: readonly string[]) => {
    const inContainer = roots.some((root) => containers.has(root));
    const named = roots.flatMap((root) => groupsOf.get(root) ?? []);
    return context.rowOfGroups(dimension, [...named, ...(inContainer ? containerGroups : hostGroups)]);
  };
  const paths = [...new Set([...groupsOf.keys(), ...containers])].toSorted();
  return { otherRow: rowOf([]), entries: paths.map((path) => ({ path, row: rowOf(selfAndParents(path)) })) };
}

/** `/a/b` lies in `/a/b`, `/a` and `/`. */
function selfAndParents(path: string): readonly string[] {
  const parents: string[] = [];
  for (let at = path; at !== "" && at !== "/"; at = at.slice(0, at.lastIndexOf("/"))) parents.push(at);
  return [...parents, "/"];
}
