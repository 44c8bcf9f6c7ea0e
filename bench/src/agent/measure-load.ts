import type { Worker } from "../calls/worker.js";
import { processTime } from "../cpu/process-time.js";
import { processMemory } from "../memory/process-memory.js";
import type { BenchAgent } from "./bench-agent.js";

/** Connects a second. */
export const RATE = 1000;
/** Connects before the clock starts, in seconds: an agent runs for long, and Node compiles its code meanwhile. */
const WARM_SECONDS = 5;
const MS_PER_SECOND = 1000;

/** What the agent has in force, and where the connects go: to one place, or to 1,024 in turn. */
export const loadCases = {
  "one-steady": { set: "one", call: "tcp-connect" },
  "large-steady": { set: "large", call: "tcp-connect" },
  "large-rotating": { set: "large", call: "tcp-connect-rotating" },
} as const;
export type LoadCaseName = keyof typeof loadCases;
export const loadCaseNames = ["one-steady", "large-steady", "large-rotating"] as const;

/** What an agent does with its time and memory at a steady load. */
export interface AgentLoad {
  /** percent of one core */
  readonly cpu: number;
  /** MiB, at the end */
  readonly rss: number;
}

export interface LoadOptions {
  readonly agent: BenchAgent;
  readonly caller: Worker;
  readonly server: Worker;
  /** of the caller, as its order names it */
  readonly call: string;
  readonly seconds: number;
}

/** Connects at a steady rate below an agent, which it starts and ends. */
export async function measureLoad(options: LoadOptions, signal: AbortSignal): Promise<AgentLoad> {
  const { agent, caller, server, call, seconds } = options;
  await agent.start();
  let used = 0;
  for (let second = -WARM_SECONDS; second < seconds; second++) {
    signal.throwIfAborted();
    const before = processTime(agent.pid);
    await caller.order(`pace ${call} ${RATE} ${MS_PER_SECOND}`);
    if (second >= 0) used += processTime(agent.pid) - before;
    await server.order("drain");
  }
  const { rss } = processMemory(agent.pid);
  const { losses } = await agent.status();
  await agent.stop();
  checkCounts(agent.verdicts(), (WARM_SECONDS + seconds) * RATE, losses);
  return { cpu: (used / (seconds * MS_PER_SECOND)) * 100, rss };
}

/** Throws unless each call was judged and is in the history: else something else was measured. */
function checkCounts(verdicts: number, calls: number, losses: Readonly<Record<string, number>>): void {
  const lost = Object.values(losses).reduce((sum, count) => sum + count, 0);
  if (verdicts >= calls && lost === 0) return;
  throw new Error(
    `Cannot account for ${calls} connects: ${verdicts} verdicts in the history, ${lost} records lost`,
  );
}
