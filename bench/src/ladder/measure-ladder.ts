import { rotated } from "../calls/rotated.js";
import { countVerdicts } from "../fences/fence-counts.js";
import type { BenchPlace } from "../host/bench-place.js";
import type { Effort } from "../host/effort.js";
import { type Difference, pairedDifference, type Summary, summarize } from "../statistics/summary.js";
import { ladderKinds, noRules } from "./ladder-case.js";
import { type LadderSituation, startLadder } from "./ladder-situations.js";

const ROUNDS = 120;

/** Nanoseconds of one call in one case. */
export interface LadderCall {
  readonly order: string;
  readonly time: Summary;
  readonly added: Difference;
  /** p50 divided by p50 without any rules */
  readonly ratio: number;
}

export interface LadderRow {
  readonly id: string;
  readonly title: string;
  readonly calls: readonly LadderCall[];
}

export interface LadderResults {
  readonly rounds: number;
  /** calls that our fences judged, and records that they lost */
  readonly verdicts: number;
  readonly losses: number;
  readonly rows: readonly LadderRow[];
}

/** Orders every call of every case in turn, round after round. Throws the signal's reason when it is aborted. */
export async function measureLadder(
  place: BenchPlace,
  effort: Effort,
  signal: AbortSignal,
): Promise<LadderResults> {
  const situations = await startLadder(place);
  const rounds = effort.rounds(ROUNDS);
  const samples = new Map(situations.map(({ ladderCase }) => [ladderCase.id, noSamples()]));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { order, count }] of ladderKinds.entries()) {
      for (const situation of rotated(situations, round + index)) {
        signal.throwIfAborted();
        const { id, part } = situation.ladderCase;
        samples.get(id)?.[index]?.push(await timeBatch(situation, order, count / part));
      }
    }
  }
  const baseline = samples.get(noRules) ?? noSamples();
  const expected = ladderKinds.reduce((sum, { count, judged }) => sum + (judged ? count * rounds : 0), 0);
  const counts = situations.flatMap(({ ours }) =>
    ours === null ? [] : [countVerdicts(ours.fence, expected)],
  );
  return {
    rounds,
    verdicts: counts.reduce((sum, { verdicts }) => sum + verdicts, 0),
    losses: counts.reduce((sum, { losses }) => sum + losses, 0),
    rows: situations.map(({ ladderCase: { id, title } }) => ({
      id,
      title,
      calls: callsOf(samples.get(id) ?? noSamples(), baseline),
    })),
  };
}

function noSamples(): number[][] {
  return ladderKinds.map(() => []);
}

/** Nanoseconds of one call. Events wait in the ring until the batch is over. */
async function timeBatch({ worker, server, ours }: LadderSituation, order: string, count: number) {
  const total = Number(await worker.order(`${order} ${count}`));
  ours?.events.drainNow();
  await server.order("drain");
  return total / count;
}

function callsOf(samples: readonly number[][], baseline: readonly number[][]): LadderCall[] {
  return ladderKinds.map(({ order }, index) => {
    const mine = samples[index] ?? [];
    const none = baseline[index] ?? [];
    const time = summarize(mine);
    return {
      order,
      time,
      added: pairedDifference(mine, none),
      ratio: time.p50 / summarize(none).p50,
    };
  });
}
