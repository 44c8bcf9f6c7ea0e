import { writeFileSync } from "node:fs";
import { arch, release } from "node:os";
import { features, probeFeature } from "@ringfence/kernel";
import { RingfenceError, SELFTEST_SCHEMA, type Selftest, type SelftestRow } from "@ringfence/model";
import { type Arrivals, ScratchNetwork } from "@ringfence/probe";
import { evidenceOf } from "./evidence.js";
import { expectedResult, isWorse, type KernelFacts } from "./expectations.js";
import { type FencedOutcome, runFenced } from "./fenced-run.js";
import { type Judgement, judgeTrial, type Observation, whyNotAvailable } from "./judge-trial.js";
import { mapAtOnce } from "./map-at-once.js";
import { loadedProtocols, type Plan, type PlannedTrial, planTrials } from "./plan.js";
import { selftestPolicy } from "./policy.js";
import { type ProbeOutcome, runProbe } from "./probe-process.js";
import { Scratch } from "./scratch.js";

/** Each run is three processes of Node with 45 MB or less. */
const AT_ONCE = 3;

export interface SelftestOptions {
  /** also tries protocols whose module the kernel would have to load */
  readonly loadModules: boolean;
  readonly signal: AbortSignal;
}

/** Tries every way out, without and within a fence, and says what became of each. Leaves nothing behind. */
export async function selftest({ loadModules, signal }: SelftestOptions): Promise<Selftest> {
  const started = performance.now();
  const kernel: KernelFacts = { release: release(), architecture: arch(), lsmBpf: hasLsmBpf() };
  await using scratch = new Scratch();
  using network = scratchNetwork();
  const plan = planTrials(loadedProtocols(), loadModules);
  for (const { trial } of [...plan.control, ...plan.fenced]) network.arrivals.expect(trial);
  const controls = await observeAll(runsOf(plan.control), network.arrivals, (trials) =>
    runProbe({ trials, via: [], exit: scratch.exit, signal }),
  );
  const policy = scratch.file("policy.yaml");
  writeFileSync(policy, selftestPolicy);
  const fenced = await observeAll(runsOf(plan.fenced), network.arrivals, (trials, index) =>
    runFenced(`run-${index}`, trials, { scratch, policy, signal }),
  );
  const rows = plan.fenced.map((planned) => rowOf(planned, controls, fenced, kernel));
  const all = [...rows, ...skippedRows(plan, kernel)];
  return {
    schema: SELFTEST_SCHEMA,
    ok: all.every((row) => row.ok),
    kernel,
    tookMs: Math.round(performance.now() - started),
    rows: all,
  };
}

type Observed<T> = ReadonlyMap<PlannedTrial, Observation & { readonly outcome: T }>;

/** Runs may go on at the same time: they share a wire, but no port and no mark. */
async function observeAll<T extends ProbeOutcome>(
  runs: readonly (readonly PlannedTrial[])[],
  arrivals: Arrivals,
  make: (trials: readonly PlannedTrial[], index: number) => Promise<T>,
): Promise<Observed<T>> {
  const observed = new Map<PlannedTrial, Observation & { readonly outcome: T }>();
  const outcomes = await mapAtOnce(runs, AT_ONCE, make);
  for (const [index, outcome] of outcomes.entries()) {
    for (const planned of runs[index] ?? []) {
      const { method, trial } = planned;
      const result = outcome.results.get(trial.port) ?? null;
      const arrived =
        method.witness === "socket"
          ? result !== null && result.code === null
          : result?.arrived === true || arrivals.has(trial, method.witness);
      observed.set(planned, { result, refusal: outcome.refusal, arrived, outcome });
    }
  }
  return observed;
}

/** Trials by the process that makes them: what comes as its standard input needs one of its own. */
function runsOf(trials: readonly PlannedTrial[]): PlannedTrial[][] {
  const alone = trials.filter(({ method }) => method.handOver === "stdin");
  const together = trials.filter(({ method }) => method.handOver !== "stdin");
  const plain = together.filter(({ run }) => run === "plain" || run === "control");
  // who has moved does not come back
  const privileged = ["privileged", "moved"].flatMap((kind) => together.filter(({ run }) => run === kind));
  return [plain, privileged, ...alone.map((one) => [one])].filter((run) => run.length > 0);
}

function rowOf(
  planned: PlannedTrial,
  controls: Observed<ProbeOutcome>,
  fenced: Observed<FencedOutcome>,
  kernel: KernelFacts,
): SelftestRow {
  const control = [...controls].find(([{ method }]) => method === planned.method)?.[1];
  const observation = fenced.get(planned);
  if (control === undefined || observation === undefined)
    throw new Error("Cannot find a trial that was made");
  const reason = whyNotAvailable(control);
  const { log, flows } = observation.outcome;
  const judgement =
    reason === null
      ? judgeTrial(planned.method, observation, evidenceOf(planned.trial, planned.method, log, flows))
      : notAvailable(reason);
  return describe(planned, judgement, kernel);
}

function skippedRows({ skipped }: Plan, kernel: KernelFacts): SelftestRow[] {
  return [...skipped].flatMap(([method, reason]) =>
    method.runs.map((run) => describe({ method, run }, notAvailable(reason), kernel)),
  );
}

function notAvailable(detail: string): Judgement {
  return { result: "not-available", hook: null, call: null, error: null, detail };
}

function describe(
  { method, run }: Pick<PlannedTrial, "method" | "run">,
  judgement: Judgement,
  kernel: KernelFacts,
): SelftestRow {
  if (run === "control") throw new Error("Cannot report a control as a row");
  const expected = expectedResult(run, method.id, kernel);
  return {
    id: method.id,
    title: method.title,
    run,
    expected,
    ok: !isWorse(judgement.result, expected),
    ...judgement,
  };
}

function scratchNetwork(): ScratchNetwork {
  try {
    return new ScratchNetwork();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RingfenceError("RF_SELFTEST", `Cannot make the scratch network: ${message}`, {
      hint: "install iproute2, and have the kernel offer network namespaces and veth",
      cause,
    });
  }
}

function hasLsmBpf(): boolean {
  const feature = features.find(({ name }) => name === "lsm");
  return feature !== undefined && probeFeature(feature).status === "works";
}
