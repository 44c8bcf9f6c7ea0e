import { Worker } from "../calls/worker.js";
import type { BenchPlace } from "../host/bench-place.js";
import { CALLER_CPU } from "../host/caller-cpu.js";
import type { NetworkNamespace } from "../network/namespace.js";
import type { BenchFence } from "./bench-fence.js";

/**
 * Starts a worker on the last CPU, in a cgroup, a network namespace (null: the host's) and a fence (null: none).
 * It ends with the place.
 */
export async function startCaller(
  { cgroups, cleanup }: BenchPlace,
  path: string,
  namespace: NetworkNamespace | null,
  ours: BenchFence | null,
): Promise<Worker> {
  const worker = Worker.start(ours?.fence.enterFd ?? null);
  cleanup.add(() => worker.stop());
  cgroups.add(path, worker.pid);
  if (namespace !== null) await worker.order(namespace.joining);
  await worker.order(`pin ${CALLER_CPU}`);
  if (ours !== null) await worker.order("enter 3");
  return worker;
}
