import { readFileSync } from "node:fs";
import { readFence } from "@ringfence/agent";
import type { Cgroup2, RawMap } from "@ringfence/kernel";

/** What there is to tell whether somebody of a run's tree is left. */
export interface TreeEnd {
  readonly fence: RawMap;
  readonly cgroups: Cgroup2;
  /** the run's own */
  readonly cgroup: string;
  readonly privileged: boolean;
}

/**
 * True when nobody of the tree is left. For some processes memory may not have been enough for a record: the kernel side
 * does not see their end, so the run's cgroup must be empty, too. Who left it keeps the links by the pins in its mount
 * namespace. A privileged run has no pins and is then never over: its fence must not open.
 */
export function hasEnded({ fence, cgroups, cgroup, privileged }: TreeEnd): boolean {
  const { live, orphans } = readFence(fence);
  if (live > 0n) return false;
  return orphans === 0n || (!privileged && isUnpopulated(cgroups, cgroup));
}

function isUnpopulated(cgroups: Cgroup2, path: string): boolean {
  if (!cgroups.exists(path)) return true;
  return /^populated 0$/m.test(readFileSync(`${cgroups.directory(path)}/cgroup.events`, "utf8"));
}
