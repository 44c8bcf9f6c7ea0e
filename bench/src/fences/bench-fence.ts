import { Fence, type FenceOptions } from "@ringfence/agent";
import type { Cgroup2 } from "@ringfence/kernel";
import type { CompiledPolicy } from "@ringfence/policy";
import type { Cleanup } from "../host/cleanup.js";
import { places } from "../host/places.js";
import { EventDrain } from "./event-drain.js";

/** A fence around one cgroup of the benchmark's own, and the reader of its events. */
export interface BenchFence {
  readonly fence: Fence;
  readonly events: EventDrain;
}

/** Starts one with all its hooks at this cgroup. `cleanup` takes it down. */
export function startFence(
  policy: CompiledPolicy,
  path: string,
  cgroups: Cgroup2,
  cleanup: Cleanup,
  options: Pick<FenceOptions, "replaceable" | "resolvers"> = {},
): BenchFence {
  const fence = Fence.start({
    objectPath: places.object,
    policy,
    cgroups,
    runCgroup: path,
    hookCgroup: path,
    ...options,
  });
  cleanup.add(() => fence.close());
  const events = new EventDrain(fence.object.mapFd("events"));
  cleanup.add(() => events.stop());
  return { fence, events };
}
