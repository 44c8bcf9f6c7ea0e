import type { AgentResults } from "../agent/measure-agent.js";
import type { CallResults } from "../calls/measure-calls.js";
import type { CpuResults } from "../cpu/measure-cpu.js";
import type { EventResults } from "../events/measure-events.js";
import type { Machine } from "../host/machine.js";
import type { LadderResults } from "../ladder/measure-ladder.js";
import type { MemoryResults } from "../memory/measure-memory.js";
import type { NamesResults } from "../names/measure-names.js";
import type { RuleMemoryResults } from "../rule-memory/measure-rule-memory.js";
import type { StartResults } from "../start/measure-start.js";
import type { ThroughputResults } from "../throughput/measure-throughput.js";
import type { UpdateResults } from "../update/measure-update.js";

/** What each part of the benchmark finds, by the part's name. */
export interface PartResults {
  readonly calls: CallResults;
  readonly ladder: LadderResults;
  readonly update: UpdateResults;
  readonly throughput: ThroughputResults;
  readonly cpu: CpuResults;
  readonly start: StartResults;
  readonly memory: MemoryResults;
  readonly ruleMemory: RuleMemoryResults;
  readonly names: NamesResults;
  readonly events: EventResults;
  readonly agent: AgentResults;
}

export type PartName = keyof PartResults;

/** Everything one benchmark run found: the content of bench/results/latest.json, where no part is missing. */
export interface Results extends Partial<PartResults> {
  readonly version: 1;
  /** ISO 8601, UTC, when the run began */
  readonly date: string;
  readonly seconds: number;
  readonly machine: Machine;
}
