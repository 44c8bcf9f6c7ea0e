import type { Cgroup2 } from "@ringfence/kernel";
import { RingfenceError } from "@ringfence/model";
import { removeRun } from "./run-state.js";

/** Call hooks judge only what is below them, so that the run must be. Throws RF_USAGE. */
export function checkHookCgroup(cgroups: Cgroup2, path: string): void {
  const own = cgroups.pathOf("self") ?? "/";
  const above = path === "/" || own === path || own.startsWith(`${path}/`);
  if (above && path.startsWith("/") && cgroups.exists(path)) return;
  throw new RingfenceError("RF_USAGE", `Cannot attach at cgroup "${path}": it does not hold this process`, {
    hint: `give "${own}" or one above it, or leave --hook-cgroup away`,
  });
}

/** The run's own cgroup, below the caller's: the caller's limits then hold for the command as without us. */
export function runCgroupPath(cgroups: Cgroup2, id: string): string {
  const own = cgroups.pathOf("self") ?? "/";
  return `${own === "/" ? "" : own}/ringfence-${id}`;
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

const TRIES = 200;
const PAUSE_MS = 10;

/**
 * Removes the cgroup of a tree that has ended, and the note of the run with it. The kernel tells of the end a moment
 * before the last process is out of its cgroup. What stays busy is left to the next start.
 */
export async function removeEndedRun(cgroups: Cgroup2, id: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (removeRunCgroup(cgroups, path)) return removeRun(id);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
