import type { Cgroup2 } from "@ringfence/kernel";
import type { CompiledPolicy } from "@ringfence/policy";

/** A cgroup that exists, and the row of the deepest one at or above it that the policy names. */
export interface ListedCgroup {
  readonly id: bigint;
  readonly row: number;
}

/** What is asked of the cgroup hierarchy. */
export type CgroupTree = Pick<Cgroup2, "exists" | "idOf" | "children">;

/**
 * The cgroups that a policy names and all below them: a packet knows the cgroup of its socket's owner by id only, and
 * cannot walk up. A named cgroup that does not exist holds no process and is left out.
 */
export function listCgroups(policy: CompiledPolicy, tree: CgroupTree): ListedCgroup[] {
  const rowOf = new Map(policy.cgroup.entries.map(({ path, row }) => [path, row]));
  const rows = new Map<bigint, number>();
  const walk = (path: string, inherited: number): void => {
    const row = rowOf.get(path) ?? inherited;
    rows.set(tree.idOf(path), row);
    for (const name of tree.children(path)) walk(path === "/" ? `/${name}` : `${path}/${name}`, row);
  };
  // parents first: what lies deeper and is named overwrites
  const named = [...rowOf].sort(([a], [b]) => a.length - b.length);
  for (const [path, row] of named) if (tree.exists(path)) walk(path, row);
  return [...rows].map(([id, row]) => ({ id, row }));
}
