import type { CallResults } from "../calls/measure-calls.js";
import type { Machine } from "../host/machine.js";
import type { MemoryResults } from "../memory/measure-memory.js";
import type { StartResults } from "../start/measure-start.js";

/** Everything one benchmark run found: the content of bench/results/latest.json. */
export interface Results {
  readonly version: 1;
  /** ISO 8601, UTC, when the run began */
  readonly date: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly calls: CallResults;
  readonly start: StartResults;
  readonly memory: MemoryResults;
}
