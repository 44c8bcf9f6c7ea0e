import { readDnsCounters, readLosses, totalLoss } from "@ringfence/agent";
import { rotated } from "../calls/rotated.js";
import type { BenchFence } from "../fences/bench-fence.js";
import type { BenchPlace } from "../host/bench-place.js";
import type { Effort } from "../host/effort.js";
import { percentile } from "../statistics/percentile.js";
import { type Difference, pairedDifference, type Summary, summarize } from "../statistics/summary.js";
import { ask } from "./ask.js";
import { type Domain, domains } from "./domains.js";
import { type MiddleCost, measureForwarder, measureSupervisor } from "./middle-cost.js";
import { type SituationName, type Situations, situationNames, startSituations } from "./situations.js";

const ROUNDS = 50;
const QUERIES = 100;
/** Of a thousand queries for each name, to see what the middle takes. */
const BATCHES = 5;

/** The round trip of queries for one name, in nanoseconds. */
export interface DomainResult extends Domain {
  /** of every single query */
  readonly time: Readonly<Record<SituationName, Summary>>;
  /** between the medians of each round's queries */
  readonly added: Readonly<Record<SituationName, Difference>>;
}

export interface NamesResults {
  readonly queries: number;
  readonly domains: readonly DomainResult[];
  /** answers that the fence which allows took addresses from, and what both lost */
  readonly fence: { readonly answers: number; readonly losses: number };
  readonly supervisor: { readonly allowing: MiddleCost; readonly denying: MiddleCost };
  readonly forwarder: MiddleCost;
}

type Times = Readonly<Record<SituationName, (readonly number[])[]>>;

/** Asks for every name in each situation in turn. Throws the signal's reason when it is aborted. */
export async function measureNames(
  place: BenchPlace,
  effort: Effort,
  signal: AbortSignal,
): Promise<NamesResults> {
  const situations = await startSituations(place);
  const rounds = effort.rounds(ROUNDS);
  const times = domains.map((): Times => ({ none: [], allowing: [], denying: [], forwarder: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name }] of domains.entries()) {
      for (const situation of rotated(situationNames, round + index)) {
        signal.throwIfAborted();
        times[index]?.[situation].push(await ask(situations.askers[situation], name, QUERIES));
      }
    }
  }
  const batches = effort.rounds(BATCHES);
  return {
    queries: rounds * QUERIES,
    domains: domains.map((domain, index) => resultOf(domain, times[index])),
    fence: countAnswers(situations, rounds * QUERIES * domains.length),
    supervisor: {
      allowing: await measureSupervisor(situations, "allowing", batches),
      denying: await measureSupervisor(situations, "denying", batches),
    },
    forwarder: await measureForwarder(situations, batches),
  };
}

function resultOf(domain: Domain, times: Times | undefined): DomainResult {
  const entries = situationNames.map((name) => [name, times?.[name] ?? []] as const);
  const middles = (rounds: readonly (readonly number[])[]) => rounds.map((round) => percentile(round, 0.5));
  const bare = middles(times?.none ?? []);
  const each = <T>(of: (rounds: readonly (readonly number[])[]) => T) =>
    Object.fromEntries(entries.map(([name, rounds]) => [name, of(rounds)])) as Record<SituationName, T>;
  return {
    ...domain,
    time: each((rounds) => summarize(rounds.flat())),
    added: each((rounds) => pairedDifference(middles(rounds), bare)),
  };
}

/** Throws when the fence did not read every answer, for then something else was measured. */
function countAnswers({ allowing, denying }: Situations, expected: number): NamesResults["fence"] {
  const { answers, untrusted } = readDnsCounters(allowing.fence.object.rawMap("dns_counters"));
  if (answers < expected || untrusted > 0) {
    throw new Error(
      `Cannot use these numbers: the fence read ${answers} answers of ${expected}, ${untrusted} untrusted`,
    );
  }
  const lost = ({ fence }: BenchFence) => totalLoss(readLosses(fence.object.rawMap("losses"), 0));
  return { answers, losses: lost(allowing) + lost(denying) };
}
