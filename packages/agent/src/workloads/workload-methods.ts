import type { ControlMethods } from "../control/index.js";
import type { WorkloadTable } from "./workload-table.js";

/** What the agent can be asked about workloads. */
export function workloadMethods(table: WorkloadTable): ControlMethods {
  return {
    "workloads.list": { access: "read", handle: async () => ({ workloads: table.list() }) },
  };
}
