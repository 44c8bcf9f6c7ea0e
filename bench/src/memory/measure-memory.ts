import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { Effort } from "../host/effort.js";
import { percentile } from "../statistics/percentile.js";
import { FencedRun } from "./fenced-run.js";
import { type KernelMemory, kernelMemory } from "./kernel-memory.js";
import { type ProcessMemory, processMemory } from "./process-memory.js";

const ROUNDS = 5;
const SETTLE_MS = 800;
const LOOK_EVERY_MS = 20;

/** Memory while `ringfence run -- sleep` waits, in MiB, medians of all rounds; kernel memory of the last. */
export interface MemoryResults {
  readonly rounds: number;
  readonly supervisor: ProcessMemory;
  readonly guardian: ProcessMemory;
  readonly together: ProcessMemory;
  /** the guardian once the supervisor has returned and a descendant still runs */
  readonly guardianAlone: ProcessMemory;
  readonly kernel: KernelMemory;
}

interface Sample {
  readonly supervisor: ProcessMemory;
  readonly guardian: ProcessMemory;
  readonly kernel: KernelMemory;
}

/** Throws the signal's reason when it is aborted. */
export async function measureMemory(effort: Effort, signal: AbortSignal): Promise<MemoryResults> {
  const rounds = effort.rounds(ROUNDS);
  const samples: Sample[] = [];
  const alone: ProcessMemory[] = [];
  let kernel: KernelMemory | undefined;
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    const sample = await whileItRuns();
    samples.push(sample);
    kernel = sample.kernel;
    alone.push(await afterItReturned());
  }
  if (kernel === undefined) throw new Error("Cannot measure memory in no round");
  const supervisors = samples.map(({ supervisor }) => supervisor);
  const guardians = samples.map(({ guardian }) => guardian);
  return {
    rounds,
    supervisor: median(supervisors),
    guardian: median(guardians),
    together: median(samples.map(({ supervisor, guardian }) => plus(supervisor, guardian))),
    guardianAlone: median(alone),
    kernel,
  };
}

async function whileItRuns(): Promise<Sample> {
  using run = FencedRun.start(["sleep", "60"]);
  const guardian = await run.descendant("ringfence-guardian");
  await run.descendant("sleep");
  await setTimeout(SETTLE_MS);
  const sample = {
    supervisor: processMemory(run.pid),
    guardian: processMemory(guardian),
    kernel: kernelMemory(run.pid),
  };
  await run.stop();
  return sample;
}

/** The descendant that stays behind ends by itself, and the guardian with it. */
async function afterItReturned(): Promise<ProcessMemory> {
  using run = FencedRun.start(["sh", "-c", "read word; sleep 1.6 >/dev/null 2>&1 &"]);
  const guardian = await run.descendant("ringfence-guardian");
  await run.goOn();
  await setTimeout(SETTLE_MS);
  const memory = processMemory(guardian);
  while (existsSync(`/proc/${guardian}`)) await setTimeout(LOOK_EVERY_MS);
  return memory;
}

function plus(a: ProcessMemory, b: ProcessMemory): ProcessMemory {
  return { rss: a.rss + b.rss, pss: a.pss + b.pss };
}

function median(samples: readonly ProcessMemory[]): ProcessMemory {
  return {
    rss: percentile(
      samples.map(({ rss }) => rss),
      0.5,
    ),
    pss: percentile(
      samples.map(({ pss }) => pss),
      0.5,
    ),
  };
}
