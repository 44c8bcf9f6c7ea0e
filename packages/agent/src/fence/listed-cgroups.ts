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
export type CgroupTree = Pick<Cgroup2, "idOf" | "children">;

/**
 * The cgroups that a policy names and all below them: a packet knows the cgroup of its socket's owner by id only, and
 * cannot walk up. So are those that are expected, and came before the kernel expected them in this policy. A named cgroup that does
 * not exist holds no process and is left out; one that went is there as long as what was sent from it may be on its way.
 */
export function listCgroups(
  { entries, expected, gone }: Pick<CgroupTable, "entries" | "expected" | "gone">,
  tree: CgroupTree,
): ListedCgroup[] {
  const entryOf = new Map(entries.map((entry) => [entry.path, entry]));
  const expectedAt = new Map(expected.map((entry) => [entry.path, entry]));
  const listed = new Map<bigint, ListedCgroup>(gone.map((entry) => [entry.id, entry]));
  const walk = (path: string, inherited: Omit<ListedCgroup, "id"> | null): void => {
    const found = lookAt(path, tree);
    if (found === null) return;
    const { id, children } = found;
    const entry = entryOf.get(path);
    const isOther = entry?.id !== undefined && entry.id !== id;
    // another cgroup of that path is not what the entry knows of: a unit that was started again, or nobody's yet
    const rows = (isOther ? null : entry) ?? expectedAt.get(path) ?? inherited;
    if (rows === null) return;
    listed.set(id, { id, row: rows.row, newRow: rows.newRow });
    for (const name of children) walk(path === "/" ? `/${name}` : `${path}/${name}`, rows);
  };
  // parents first: what lies deeper and is named overwrites
  const named = [...new Set([...entryOf.keys(), ...expectedAt.keys()])].sort((a, b) => a.length - b.length);
  for (const path of named) walk(path, null);
  return [...listed.values()];
}

/** Null for a cgroup that is not there: they come and go while we look. */
function lookAt(path: string, tree: CgroupTree): { id: bigint; children: readonly string[] } | null {
  try {
    return { id: tree.idOf(path), children: tree.children(path) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
