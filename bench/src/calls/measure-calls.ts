import { countVerdicts, type FenceCounts } from "../fences/fence-counts.js";
import type { BenchPlace } from "../host/bench-place.js";
import type { Effort } from "../host/effort.js";
import { type Difference, pairedDifference, type Summary, summarize } from "../statistics/summary.js";
import { type CallKind, callKinds, harnessKinds } from "./call-kind.js";
import { rotated } from "./rotated.js";
import { type SituationName, situationNames } from "./situation-name.js";
import { type Situations, startSituations } from "./situations.js";

const ROUNDS = 300;
const HARNESS_ROUNDS = 30;

/** Nanoseconds of one call in each situation; the harness cost is subtracted. */
export interface CallResult {
  readonly order: string;
  readonly title: string;
  readonly callsPerRound: number;
  readonly none: Summary;
  readonly empty: Summary;
  readonly ours: Summary;
  readonly unread: Summary;
  readonly addedByEmpty: Difference;
  readonly addedByOurs: Difference;
  readonly addedByUnread: Difference;
  /** p50 with our programs, divided by p50 without any */
  readonly ratio: number;
}

export interface CallResults {
  readonly rounds: number;
  /** nanoseconds that the timed loop itself costs per call */
  readonly harnessNs: number;
  /** nanoseconds of the cheapest system call, for scale */
  readonly getppidNs: number;
  readonly fence: FenceCounts;
  readonly calls: readonly CallResult[];
}

type Samples = Readonly<Record<SituationName, number[]>>;

function noSamples(): Samples {
  return { none: [], empty: [], ours: [], unread: [] };
}

/** Orders every call of every worker in turn, round after round. Throws the signal's reason when it is aborted. */
export async function measureCalls(
  place: BenchPlace,
  effort: Effort,
  signal: AbortSignal,
): Promise<CallResults> {
  const situations = await startSituations(place);
  const rounds = effort.rounds(ROUNDS);
  const [harnessNs, getppidNs] = await measureHarness(situations);
  const samples = callKinds.map(noSamples);
  for (let round = 0; round < rounds; round++) {
    for (const [index, kind] of callKinds.entries()) {
      for (const name of rotated(situationNames, round + index)) {
        signal.throwIfAborted();
        samples[index]?.[name].push((await timeOne(situations, name, kind)) - harnessNs);
      }
    }
  }
  const expected = callKinds.reduce((sum, { count, judged }) => sum + (judged ? 2 * count * rounds : 0), 0);
  return {
    rounds,
    harnessNs,
    getppidNs,
    fence: countVerdicts(situations.fence, expected),
    calls: callKinds.map((kind, index) => resultOf(kind, samples[index] ?? noSamples())),
  };
}

async function measureHarness(situations: Situations): Promise<readonly [number, number]> {
  const costs: [number[], number[]] = [[], []];
  for (let round = 0; round < HARNESS_ROUNDS; round++) {
    for (const [index, kind] of harnessKinds.entries()) {
      costs[index]?.push(await timeOne(situations, "none", kind));
    }
  }
  const [nothing, getppid] = costs;
  return [summarize(nothing).p50, summarize(getppid).p50];
}

async function timeOne(situations: Situations, name: SituationName, kind: CallKind): Promise<number> {
  if (name === "unread") await situations.events.pause();
  const total = await situations.workers[name].order(`${kind.order} ${kind.count}`);
  if (name === "unread") situations.events.resume();
  await situations.server.order("drain");
  return Number(total) / kind.count;
}

function resultOf(kind: CallKind, samples: Samples): CallResult {
  const { none, empty, ours, unread } = samples;
  const summaries = {
    none: summarize(none),
    empty: summarize(empty),
    ours: summarize(ours),
    unread: summarize(unread),
  };
  return {
    order: kind.order,
    title: kind.title,
    callsPerRound: kind.count,
    ...summaries,
    addedByEmpty: pairedDifference(empty, none),
    addedByOurs: pairedDifference(ours, none),
    addedByUnread: pairedDifference(unread, none),
    ratio: summaries.ours.p50 / summaries.none.p50,
  };
}
