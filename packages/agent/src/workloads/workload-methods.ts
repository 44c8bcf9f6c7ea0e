import type { ControlMethods } from "../control/index.js";
import type { WorkloadWatch } from "./workload-watch.js";

/** What the agent can be asked about workloads. `inForce`: the policy in force knows them all. */
export function workloadMethods(watch: WorkloadWatch): ControlMethods {
  return {
    "workloads.list": {
      access: "read",
      handle: async () => ({ workloads: watch.table.list(), inForce: watch.isInForce }),
    },
  };
}
