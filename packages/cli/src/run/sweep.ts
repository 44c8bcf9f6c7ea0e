import type { Cgroup2 } from "@ringfence/kernel";
import { removeRunCgroup } from "./run-cgroup.js";
import { isAlive, listRuns, listTornRuns, readRun, removeRun } from "./run-state.js";

/** Removes what runs left whose supervisor and guardian were both killed; a tree that still runs keeps its cgroup. */
export function sweepRuns(cgroups: Cgroup2): void {
  for (const id of listRuns()) {
    const state = readRun(id);
    if (state === null) {
      removeRun(id);
      continue;
    }
    if (isAlive(state.supervisor) || (state.guardian !== null && isAlive(state.guardian))) continue;
    if (removeRunCgroup(cgroups, state.cgroup)) removeRun(id);
  }
  for (const id of listTornRuns()) removeRun(id);
}
