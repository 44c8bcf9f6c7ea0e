import type { Cgroup2 } from "@ringfence/kernel";

/** Makes the run's own cgroup below the caller's, whose limits then hold for the command as without us. */
export function createRunCgroup(cgroups: Cgroup2, id: string): string {
  const own = cgroups.pathOf("self") ?? "/";
  const path = `${own === "/" ? "" : own}/ringfence-${id}`;
  cgroups.create(path);
  return path;
}

/** Removes the cgroup and those the command made in it; false while a process is still inside. */
export function removeRunCgroup(cgroups: Cgroup2, path: string): boolean {
  try {
    cgroups.remove(path, { recursive: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return false;
    throw error;
  }
}
