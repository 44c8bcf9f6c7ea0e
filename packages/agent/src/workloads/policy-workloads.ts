import type { Workload } from "@ringfence/model";
import type { CgroupWorkload } from "@ringfence/policy";

/** Workloads as the compiler of policies takes them. */
export function policyWorkloads(workloads: readonly Workload[]): readonly CgroupWorkload[] {
  return workloads.map(({ kind, cgroup, cgroupId, container }) => ({
    cgroup,
    id: BigInt(cgroupId),
    container: kind === "pending" ? "pending" : (container ?? false),
  }));
}
