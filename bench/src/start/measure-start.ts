import { fileURLToPath } from "node:url";
import { rotated } from "../calls/rotated.js";
import type { Effort } from "../host/effort.js";
import { places } from "../host/places.js";
import { pairedSamples, type Summary, summarize } from "../statistics/summary.js";
import { type FencePhases, phaseNames } from "./phases.js";
import { runToEnd } from "./run-to-end.js";
import { measureVerification, type Verification } from "./verification.js";

const ROUNDS = 20;
const PHASE_ROUNDS = 12;
const PHASES = fileURLToPath(new URL("./fence-phases.js", import.meta.url));

const run = [places.ringfence, "run", "--report", "none"];
/** Whole commands, from start to end. */
const commands = {
  true: ["true"],
  node: [process.execPath, "-e", "0"],
  run: [...run, "--", "true"],
  runPolicy: [...run, "--policy", places.policy, "--", "true"],
} as const;
type CommandName = keyof typeof commands;
const commandNames = ["true", "node", "run", "runPolicy"] as const;

/** Milliseconds. */
export interface StartResults {
  readonly rounds: number;
  readonly commands: Readonly<Record<CommandName, Summary>>;
  /** what `ringfence run` adds to `true` */
  readonly added: Summary;
  readonly addedWithPolicy: Summary;
  readonly phaseRounds: number;
  /** medians of compile and load, for the policy of a plain run and for bench/policy.yaml */
  readonly phases: { readonly plain: FencePhases; readonly policy: FencePhases };
  readonly verification: Verification;
  readonly phasesP90: { readonly plain: number; readonly policy: number };
}

/** Runs the commands in turn. Throws the signal's reason when it is aborted. */
export async function measureStart(effort: Effort, signal: AbortSignal): Promise<StartResults> {
  const times: Record<CommandName, number[]> = { true: [], node: [], run: [], runPolicy: [] };
  const rounds = effort.rounds(ROUNDS);
  const phaseRounds = effort.rounds(PHASE_ROUNDS);
  for (const name of commandNames) await runToEnd(commands[name], signal); // fills the page cache
  for (let round = 0; round < rounds; round++) {
    for (const name of rotated(commandNames, round)) {
      times[name].push((await runToEnd(commands[name], signal)).ms);
    }
  }
  const phases = { plain: [] as FencePhases[], policy: [] as FencePhases[] };
  for (let round = 0; round < phaseRounds; round++) {
    phases.plain.push(await phasesOf([], signal));
    phases.policy.push(await phasesOf([places.policy], signal));
  }
  return {
    rounds,
    commands: {
      true: summarize(times.true),
      node: summarize(times.node),
      run: summarize(times.run),
      runPolicy: summarize(times.runPolicy),
    },
    added: summarize(pairedSamples(times.run, times.true)),
    addedWithPolicy: summarize(pairedSamples(times.runPolicy, times.true)),
    phaseRounds,
    phases: { plain: medians(phases.plain), policy: medians(phases.policy) },
    verification: measureVerification(),
    phasesP90: { plain: p90(phases.plain), policy: p90(phases.policy) },
  };
}

async function phasesOf(args: readonly string[], signal: AbortSignal): Promise<FencePhases> {
  const { output } = await runToEnd([process.execPath, PHASES, ...args], signal);
  return JSON.parse(output) as FencePhases;
}

function medians(samples: readonly FencePhases[]): FencePhases {
  const entries = phaseNames.map((name) => [name, summarize(samples.map((sample) => sample[name])).p50]);
  return Object.fromEntries(entries) as unknown as FencePhases;
}

function p90(samples: readonly FencePhases[]): number {
  return summarize(samples.map(({ total }) => total)).p90;
}
