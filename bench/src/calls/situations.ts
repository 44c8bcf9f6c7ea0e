import type { Fence } from "@ringfence/agent";
import { compile } from "@ringfence/policy";
import { startFence } from "../fences/bench-fence.js";
import type { EventDrain } from "../fences/event-drain.js";
import { startCaller } from "../fences/start-caller.js";
import type { BenchPlace } from "../host/bench-place.js";
import { readProfiles } from "../host/bench-policy.js";
import { places } from "../host/places.js";
import { EmptyPrograms } from "./empty-programs.js";
import type { SituationName } from "./situation-name.js";
import { Worker } from "./worker.js";

const LOOPBACK = "127.0.0.1";

/** A worker in each situation, and one outside them all that receives what they send. */
export interface Situations {
  readonly workers: Readonly<Record<SituationName, Worker>>;
  readonly server: Worker;
  readonly fence: Fence;
  readonly events: EventDrain;
}

/** Sets the situations up; they end with the place. */
export async function startSituations(place: BenchPlace): Promise<Situations> {
  const { cgroups, home, cleanup } = place;
  const paths = { none: home.child("none"), empty: home.child("empty"), ours: home.child("ours") };
  const empty = new EmptyPrograms(cgroups, paths.empty);
  cleanup.add(() => empty[Symbol.dispose]());
  const policy = compile(readProfiles(places.policy), { workloads: [] });
  const fenced = startFence(policy, paths.ours, cgroups, cleanup);
  const server = Worker.start();
  cleanup.add(() => server.stop());
  const ports = await server.order(`serve ${LOOPBACK}`);
  const ours = await startCaller(place, paths.ours, null, fenced);
  const workers = {
    none: await startCaller(place, paths.none, null, null),
    empty: await startCaller(place, paths.empty, null, null),
    ours,
  };
  for (const worker of Object.values(workers)) await worker.order(`target ${LOOPBACK} ${ports}`);
  return { workers: { ...workers, unread: ours }, server, fence: fenced.fence, events: fenced.events };
}
