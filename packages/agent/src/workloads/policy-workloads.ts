import type { ContainerFact, Workload } from "@ringfence/model";
import type { CgroupsNow, CgroupWorkload } from "@ringfence/policy";
import type { WorkloadTable } from "./workload-table.js";

/** Workloads as the compiler of policies takes them. */
export function policyWorkloads(workloads: readonly Workload[]): readonly CgroupWorkload[] {
  return workloads.map((workload) => ({
    cgroup: workload.cgroup,
    id: BigInt(workload.cgroupId),
    container: factOf(workload),
  }));
}

/** The same, with the cgroups that went lately. */
export function cgroupsNow(
  table: Pick<WorkloadTable, "list" | "gone">,
): Pick<CgroupsNow, "workloads" | "gone"> {
  const gone = table.gone.map(({ id, path, workload }) => ({ id, path, container: factOf(workload) }));
  return { workloads: policyWorkloads(table.list()), gone };
}

function factOf({ kind, container }: Workload): ContainerFact {
  return kind === "pending" ? "pending" : (container ?? false);
}
