import { cpus } from "node:os";
import { Fence, readFence, readFlows, readLosses, totalLoss } from "@ringfence/agent";
import type { Cgroup2 } from "@ringfence/kernel";
import { compile } from "@ringfence/policy";
import type { BenchCgroup } from "../host/bench-cgroup.js";
import { readProfiles } from "../host/bench-policy.js";
import type { Cleanup } from "../host/cleanup.js";
import { places } from "../host/places.js";
import { EmptyPrograms } from "./empty-programs.js";
import { EventDrain } from "./event-drain.js";
import type { SituationName } from "./situation-name.js";
import { Worker } from "./worker.js";

/** A worker in each situation, and one outside them all that receives what they send. */
export interface Situations {
  readonly workers: Readonly<Record<SituationName, Worker>>;
  readonly server: Worker;
  readonly fence: Fence;
  readonly events: EventDrain;
}

/** What the fence counted while the workers called. */
export interface FenceCounts {
  readonly verdicts: number;
  readonly losses: number;
}

/** Sets the situations up; `cleanup` takes them down. */
export async function startSituations(
  cgroups: Cgroup2,
  home: BenchCgroup,
  cleanup: Cleanup,
): Promise<Situations> {
  const paths = { none: home.child("none"), empty: home.child("empty"), ours: home.child("ours") };
  const empty = new EmptyPrograms(cgroups, paths.empty);
  cleanup.add(() => empty[Symbol.dispose]());
  const fence = Fence.start({
    objectPath: places.object,
    policy: compile(readProfiles(places.policy), { containerCgroups: [] }),
    cgroups,
    runCgroup: paths.ours,
    hookCgroup: paths.ours,
  });
  cleanup.add(() => fence.close());
  const events = new EventDrain(fence.object.mapFd("events"));
  cleanup.add(() => events.stop());

  const start = (programFd: number | null = null) => {
    const worker = Worker.start(programFd);
    cleanup.add(() => worker.stop());
    return worker;
  };
  const server = start();
  const ports = await server.order("serve");
  const ours = start(fence.enterFd);
  const workers = { none: start(), empty: start(), ours };
  for (const name of ["none", "empty", "ours"] as const) {
    cgroups.add(paths[name], workers[name].pid);
    await workers[name].order(`pin ${cpus().length - 1}`);
    if (name === "ours") await workers[name].order("enter 3");
    await workers[name].order(`target ${ports}`);
  }
  return { workers: { ...workers, unread: ours }, server, fence, events };
}

/** Throws when the fence decided otherwise than the policy says, for then something else was measured. */
export function countVerdicts(fence: Fence, expected: number): FenceCounts {
  const { next_flow } = readFence(fence.object.rawMap("fence"));
  let verdicts = 0;
  for (const flow of readFlows(fence.object.rawMap("flows"), next_flow)) verdicts += Number(flow.verdicts);
  if (verdicts < expected) {
    throw new Error(`Cannot use these numbers: the fence judged ${verdicts} calls of at least ${expected}`);
  }
  return { verdicts, losses: totalLoss(readLosses(fence.object.rawMap("losses"), 0)) };
}
