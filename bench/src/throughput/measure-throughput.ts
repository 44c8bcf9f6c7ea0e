import { setTimeout } from "node:timers/promises";
import { rotated } from "../calls/rotated.js";
import { Worker } from "../calls/worker.js";
import { type BenchFence, startFence } from "../fences/bench-fence.js";
import { compileRules } from "../fences/compile-rules.js";
import { countVerdicts } from "../fences/fence-counts.js";
import { startCaller } from "../fences/start-caller.js";
import type { BenchPlace } from "../host/bench-place.js";
import type { Cleanup } from "../host/cleanup.js";
import type { Effort } from "../host/effort.js";
import { ruleCgroups } from "../ladder/rule-cgroups.js";
import { loadNft } from "../network/load-nft.js";
import { layVeth, type VethPair } from "../network/veth.js";
import { nftText } from "../rules/nft-text.js";
import { realisticRules } from "../rules/realistic.js";
import { pairedSamples, type Summary, summarize } from "../statistics/summary.js";
import { iperfClient, readIperf } from "./iperf.js";

const ROUNDS = 8;
const SECONDS = 1;
const RULES = 10_000;
/** Sender and receiver stay apart. */
const CPUS = [1, 0] as const;
const READY_MS = 300;

const names = ["none", "fence", "nftables"] as const;
type Name = (typeof names)[number];
const streamCounts = [1, 10] as const;

/** Gigabits per second over a veth pair with `streams` TCP connections. */
export interface Throughput {
  readonly streams: number;
  readonly rates: Readonly<Record<Name, Summary>>;
  /** medians of each round's rate divided by that without rules */
  readonly ratios: { readonly fence: number; readonly nftables: number };
}

export interface ThroughputResults {
  readonly rounds: number;
  readonly seconds: number;
  readonly rules: number;
  readonly byStreams: readonly Throughput[];
}

/** A worker that runs the clients, in the situation that is measured. */
interface Sender {
  readonly worker: Worker;
  readonly address: string;
  readonly ours: BenchFence | null;
}

/** Moves data in each situation in turn. Throws the signal's reason when it is aborted. */
export async function measureThroughput(
  place: BenchPlace,
  effort: Effort,
  signal: AbortSignal,
): Promise<ThroughputResults> {
  const senders = await startSenders(place);
  const rounds = effort.rounds(ROUNDS);
  const rates = streamCounts.map(() => ({ none: [], fence: [], nftables: [] }) as Record<Name, number[]>);
  for (let round = 0; round < rounds; round++) {
    for (const [index, streams] of streamCounts.entries()) {
      for (const name of rotated(names, round + index)) {
        signal.throwIfAborted();
        rates[index]?.[name].push(await move(senders[name], streams));
      }
    }
  }
  const { ours } = senders.fence;
  if (ours !== null) countVerdicts(ours.fence, rounds * streamCounts.reduce((sum, count) => sum + count, 0));
  return {
    rounds,
    seconds: SECONDS,
    rules: RULES,
    byStreams: streamCounts.map((streams, index) => throughputOf(streams, rates[index])),
  };
}

async function startSenders(place: BenchPlace): Promise<Readonly<Record<Name, Sender>>> {
  const { cgroups, home, cleanup } = place;
  const set = realisticRules(RULES, ruleCgroups(home));
  const shared = await servedPair(cleanup);
  const filtered = await servedPair(cleanup);
  loadNft(filtered.near, nftText(set, "map"), cgroups);
  const fenced = home.child("move-fence");
  const ours = startFence(compileRules(set), fenced, cgroups, cleanup);
  const start = async ({ near, address }: VethPair, path: string, fence: BenchFence | null) => ({
    worker: await startCaller(place, path, near, fence),
    address,
    ours: fence,
  });
  return {
    none: await start(shared, home.child("move-none"), null),
    fence: await start(shared, fenced, ours),
    nftables: await start(filtered, home.child("move-nftables"), null),
  };
}

/** A pair with a server at its far end. */
async function servedPair(cleanup: Cleanup): Promise<VethPair> {
  const pair = await layVeth(cleanup);
  const server = Worker.start();
  cleanup.add(() => server.kill());
  await server.order(pair.far.joining);
  server.become("exec iperf3 -s >/dev/null 2>&1");
  await setTimeout(READY_MS);
  return pair;
}

async function move({ worker, address }: Sender, streams: number): Promise<number> {
  const output = await worker.order(`run ${iperfClient(address, streams, SECONDS, CPUS)}`);
  return readIperf(output).gigabitsPerSecond;
}

function throughputOf(streams: number, rates: Record<Name, number[]> | undefined): Throughput {
  const { none, fence, nftables } = rates ?? { none: [], fence: [], nftables: [] };
  const ratio = (some: readonly number[]) => {
    const logs = pairedSamples(some.map(Math.log), none.map(Math.log));
    return Math.exp(summarize(logs).p50);
  };
  return {
    streams,
    rates: { none: summarize(none), fence: summarize(fence), nftables: summarize(nftables) },
    ratios: { fence: ratio(fence), nftables: ratio(nftables) },
  };
}
