import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { BenchPlace } from "../host/bench-place.js";
import { places } from "../host/places.js";
import { ruleCgroups } from "../ladder/rule-cgroups.js";
import { FencedRun } from "../memory/fenced-run.js";
import { kernelMemory } from "../memory/kernel-memory.js";
import { processMemory } from "../memory/process-memory.js";
import { policyText } from "../rules/policy-text.js";
import { type Measured, type SetName, setOf, setSizes } from "./sets.js";

const SETTLE_MS = 1000;

export interface RuleMemoryResults {
  readonly bySet: Readonly<Record<SetName, Measured>>;
  /** kernel bytes that one more rule takes, between 10 and 10,000 of them */
  readonly bytesPerRule: number;
  /** the same between 10 rules and a policy with 100,000 prefixes, for each prefix */
  readonly bytesPerPrefix: number;
}

/** Runs `ringfence run` with a policy of each size. Throws the signal's reason when it is aborted. */
export async function measureRuleMemory(
  { home }: BenchPlace,
  signal: AbortSignal,
): Promise<RuleMemoryResults> {
  const cgroupOf = ruleCgroups(home);
  const measure = async (name: SetName) => {
    signal.throwIfAborted();
    const file = join(places.cache, `${name}.yaml`);
    writeFileSync(file, policyText(setOf(name, cgroupOf)));
    return await whileItRuns(file);
  };
  const few = await measure("few");
  const thousand = await measure("thousand");
  const tenThousand = await measure("ten-thousand");
  const prefixes = await measure("prefixes");
  return {
    bySet: { few, thousand, "ten-thousand": tenThousand, prefixes },
    bytesPerRule: (tenThousand.maps - few.maps) / (setSizes["ten-thousand"] - setSizes.few),
    bytesPerPrefix: (prefixes.maps - few.maps) / setSizes.prefixes,
  };
}

async function whileItRuns(policy: string): Promise<Measured> {
  using run = FencedRun.start(["sleep", "60"], policy);
  await run.descendant("ringfence-guardian"); // starts when the maps are filled
  await setTimeout(SETTLE_MS);
  const measured = { maps: kernelMemory(run.pid).maps, rss: processMemory(run.pid).rss };
  await run.stop();
  return measured;
}
