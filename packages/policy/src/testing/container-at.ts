import type { ContainerFact } from "@ringfence/model";
import { isInSubtree } from "../evaluate/matches-process.js";
import { pools } from "./pools.js";

/** What the machine of `pools` knows of a cgroup. */
export function containerAt(cgroup: string): ContainerFact {
  if (pools.newCgroups.some((path) => path === cgroup)) return "pending";
  const found = pools.workloads.find(
    (workload) => isInSubtree(workload.cgroup, cgroup) && workload.container,
  );
  return found?.container ?? false;
}
