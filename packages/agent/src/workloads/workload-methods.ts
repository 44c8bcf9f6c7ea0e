import type { Cgroup2 } from "@ringfence/kernel";
import { isTexts, MOST_HOOK_SECONDS, RingfenceError } from "@ringfence/model";
import type { ControlMethod, ControlMethods } from "../control/index.js";
import type { HandedContainer } from "./handed-over.js";
import type { WorkloadWatch } from "./workload-watch.js";

/** What the agent can be asked about workloads. `inForce`: the policy in force knows them all. */
export function workloadMethods(watch: WorkloadWatch, cgroups: Cgroup2): ControlMethods {
  return {
    "workloads.list": {
      access: "read",
      handle: async () => ({ workloads: watch.table.list(), inForce: watch.isInForce }),
    },
    "workloads.await": { access: "change", handle: awaiting(watch, cgroups) },
  };
}

/** For the hook of a runtime: answers when the container that it prepares is covered, or its time is over. */
function awaiting(watch: WorkloadWatch, cgroups: Cgroup2): ControlMethod["handle"] {
  return async (params, peer, { signal }) => {
    const { pid, seconds, container } = requestOf(params);
    const cgroup = cgroups.pathOf(pid);
    if (cgroup === undefined)
      throw new RingfenceError("RF_REQUEST", `Cannot wait for the container of process ${pid}: it is gone`);
    if (cgroup === "/" || cgroup === cgroups.pathOf(peer.pid))
      throw new RingfenceError(
        "RF_REQUEST",
        `Cannot tell the container "${container.id}" from what runs it: both are in the cgroup "${cgroup}"`,
        { hint: "Let the runtime make a cgroup for the container" },
      );
    const inForce = await watch.handOver(cgroup, container, seconds * 1000, signal);
    return { cgroup, inForce };
  };
}

interface AwaitRequest {
  readonly pid: number;
  readonly seconds: number;
  readonly container: HandedContainer;
}

function requestOf({ pid, seconds, id, annotations }: Readonly<Record<string, unknown>>): AwaitRequest {
  if (
    !isWithin(pid, 1, 2 ** 22) ||
    !isWithin(seconds, 0, MOST_HOOK_SECONDS) ||
    typeof id !== "string" ||
    !isTexts(annotations)
  )
    throw new RingfenceError("RF_REQUEST", "The request for a container has no form that is known", {
      hint: `Give pid, id, annotations and up to ${MOST_HOOK_SECONDS} seconds`,
    });
  return { pid, seconds, container: { id, annotations } };
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && value >= least && value <= most;
}
