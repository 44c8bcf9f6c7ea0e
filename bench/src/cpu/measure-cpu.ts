import { rotated } from "../calls/rotated.js";
import type { Worker } from "../calls/worker.js";
import { startFence } from "../fences/bench-fence.js";
import { compileRules } from "../fences/compile-rules.js";
import { countVerdicts } from "../fences/fence-counts.js";
import { startCaller } from "../fences/start-caller.js";
import type { BenchPlace } from "../host/bench-place.js";
import type { Effort } from "../host/effort.js";
import { ruleCgroups } from "../ladder/rule-cgroups.js";
import { serveTen } from "../network/served-namespace.js";
import { realisticRules } from "../rules/realistic.js";
import { percentile } from "../statistics/percentile.js";

const ROUNDS = 5;
const RATE = 1000;
const PERIOD_MS = 1000;
const RULES = 10_000;
const HOST = "10.0.0.5";
const NS_PER_MS = 1e6;
const US_PER_MS = 1000;

/** Milliseconds of CPU time per second, at a steady rate of TCP connects; medians of all rounds. */
export interface CpuResults {
  readonly rounds: number;
  readonly rate: number;
  readonly rules: number;
  /** the calling process, kernel time included */
  readonly caller: { readonly none: number; readonly fence: number };
  /** the supervising process: reading and decoding every event; without a fence, what measuring costs */
  readonly supervisor: { readonly none: number; readonly fence: number };
}

/** Connects at a steady rate without and with a fence in turn. Throws the signal's reason when it is aborted. */
export async function measureCpu(
  place: BenchPlace,
  effort: Effort,
  signal: AbortSignal,
): Promise<CpuResults> {
  const { cgroups, home, cleanup } = place;
  const { namespace, server, ports } = await serveTen(cleanup);
  const fenced = home.child("pace-fence");
  const policy = compileRules(realisticRules(RULES, ruleCgroups(home)));
  const ours = startFence(policy, fenced, cgroups, cleanup);
  const workers = {
    none: await startCaller(place, home.child("pace-none"), namespace, null),
    fence: await startCaller(place, fenced, namespace, ours),
  };
  for (const worker of Object.values(workers)) await worker.order(`target ${HOST} ${ports}`);
  const caller = { none: [] as number[], fence: [] as number[] };
  const supervisor = { none: [] as number[], fence: [] as number[] };
  const rounds = effort.rounds(ROUNDS);
  for (let round = 0; round < rounds; round++) {
    for (const name of rotated(["none", "fence"] as const, round)) {
      signal.throwIfAborted();
      const used = await paced(workers[name]);
      await server.order("drain");
      caller[name].push(used.caller);
      supervisor[name].push(used.supervisor);
    }
  }
  countVerdicts(ours.fence, (rounds * RATE * PERIOD_MS) / 1000);
  return {
    rounds,
    rate: RATE,
    rules: RULES,
    caller: { none: percentile(caller.none, 0.5), fence: percentile(caller.fence, 0.5) },
    supervisor: { none: percentile(supervisor.none, 0.5), fence: percentile(supervisor.fence, 0.5) },
  };
}

/** Milliseconds that the caller and this process used in one second. */
async function paced(worker: Worker): Promise<{ readonly caller: number; readonly supervisor: number }> {
  const before = process.cpuUsage();
  const answer = await worker.order(`pace tcp-connect-rotating ${RATE} ${PERIOD_MS}`);
  const { user, system } = process.cpuUsage(before);
  const [, ns = "0"] = answer.split(" ");
  const seconds = PERIOD_MS / 1000;
  return { caller: Number(ns) / NS_PER_MS / seconds, supervisor: (user + system) / US_PER_MS / seconds };
}
