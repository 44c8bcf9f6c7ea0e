import type { Cgroup2 } from "@ringfence/kernel";
import type { CgroupTable } from "@ringfence/policy";

/** A cgroup that exists, and the row of the deepest one at or above it that the policy names. */
export interface ListedCgroup {
  readonly id: bigint;
  readonly row: number;
  /** The row while the cgroup is new, and so is that of a new one below. */
  readonly newRow: number;
}

/** What is asked of the cgroup hierarchy. */
export type CgroupTree = Pick<Cgroup2, "exists" | "idOf" | "children">;

/**
 * The cgroups that a policy names and all below them: a packet knows the cgroup of its socket's owner by id only, and
 * cannot walk up. A named cgroup that does not exist holds no process and is left out.
 */
export function listCgroups({ entries }: Pick<CgroupTable, "entries">, tree: CgroupTree): ListedCgroup[] {
  const rowsOf = new Map(entries.map(({ path, ...rows }) => [path, rows]));
  const listed = new Map<bigint, ListedCgroup>();
  const walk = (path: string, inherited: Omit<ListedCgroup, "id">): void => {
    const rows = rowsOf.get(path) ?? inherited;
    const id = tree.idOf(path);
    listed.set(id, { id, ...rows });
    for (const name of tree.children(path)) walk(path === "/" ? `/${name}` : `${path}/${name}`, rows);
  };
  // parents first: what lies deeper and is named overwrites
  const named = [...rowsOf].sort(([a], [b]) => a.length - b.length);
  for (const [path, rows] of named) if (tree.exists(path)) walk(path, rows);
  return [...listed.values()];
}
