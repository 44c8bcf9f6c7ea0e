import type { ContainerFact, ProcessCondition } from "@ringfence/model";
import type { ProcessFacts } from "./facts.js";
import { processKeys } from "./matches-process.js";

/** Keys that ask where a process runs, and not which one it is. */
const placeKeys = ["cgroup", "host", "container", "unit"] as const satisfies (keyof ProcessCondition)[];

/** What is looked at of a workload. */
export interface WorkloadPlace {
  /** Absolute path in the cgroup v2 hierarchy. */
  readonly cgroup: string;
  readonly container: ContainerFact;
}

/**
 * True when a subject selects a workload: by container, unit, host or cgroup, whatever else it asks of the processes there, or because
 * it selects everything. One that asks for an executable or a user alone selects processes, and no workload.
 */
export function selectsWorkload(
  subject: readonly ProcessCondition[] | null,
  { cgroup, container }: WorkloadPlace,
): boolean {
  if (subject === null) return true;
  const process: ProcessFacts = { exe: null, ancestors: [], comm: "", uid: 0, gid: 0, cgroup, container };
  return subject.some((item) => {
    const asked = placeKeys.filter((key) => item[key] !== undefined);
    if (asked.length === 0) return Object.keys(item).length === 0;
    return asked.every((key) => processKeys[key](item, process, "lenient"));
  });
}
