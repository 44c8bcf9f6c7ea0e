import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { places } from "../host/places.js";
import { percentile } from "../statistics/percentile.js";
import { findChild } from "./find-child.js";
import { type KernelMemory, kernelMemory } from "./kernel-memory.js";
import { type ProcessMemory, processMemory } from "./process-memory.js";

const ROUNDS = 5;
const SETTLE_MS = 800;
const PATIENCE_MS = 10_000;

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
export async function measureMemory(signal: AbortSignal): Promise<MemoryResults> {
  const samples: Sample[] = [];
  const alone: ProcessMemory[] = [];
  let kernel: KernelMemory | undefined;
  for (let round = 0; round < ROUNDS; round++) {
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
    rounds: ROUNDS,
    supervisor: median(supervisors),
    guardian: median(guardians),
    together: median(samples.map(({ supervisor, guardian }) => plus(supervisor, guardian))),
    guardianAlone: median(alone),
    kernel,
  };
}

async function whileItRuns(): Promise<Sample> {
  const { child, exited } = start(["sleep", "60"]);
  try {
    const guardian = await childOf(child.pid ?? 0, "ringfence-guardian");
    await childOf(child.pid ?? 0, "sleep");
    await setTimeout(SETTLE_MS);
    return {
      supervisor: processMemory(child.pid ?? 0),
      guardian: processMemory(guardian),
      kernel: kernelMemory(child.pid ?? 0),
    };
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}

/** The descendant that stays behind ends by itself, a moment after it was measured. */
async function afterItReturned(): Promise<ProcessMemory> {
  const { child, exited } = start(["sh", "-c", "sleep 0.5; sleep 1.6 >/dev/null 2>&1 &"]);
  const guardian = await childOf(child.pid ?? 0, "ringfence-guardian");
  await exited;
  await setTimeout(SETTLE_MS);
  return processMemory(guardian);
}

function start(command: readonly string[]) {
  const child = spawn(places.ringfence, ["run", "--report", "none", "--", ...command], { stdio: "ignore" });
  return { child, exited: once(child, "exit") };
}

async function childOf(parent: number, text: string): Promise<number> {
  const patience = performance.now() + PATIENCE_MS;
  for (;;) {
    const pid = findChild(parent, text);
    if (pid !== null) return pid;
    if (performance.now() > patience) throw new Error(`Cannot find "${text}" below process ${parent}`);
    await setTimeout(20);
  }
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
