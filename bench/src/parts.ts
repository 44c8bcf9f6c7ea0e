import { measureAgent } from "./agent/measure-agent.js";
import { measureCalls } from "./calls/measure-calls.js";
import { measureCpu } from "./cpu/measure-cpu.js";
import { measureEvents } from "./events/measure-events.js";
import { inBenchPlace } from "./host/bench-place.js";
import type { Effort } from "./host/effort.js";
import { measureLadder } from "./ladder/measure-ladder.js";
import { measureMemory } from "./memory/measure-memory.js";
import { measureNames } from "./names/measure-names.js";
import type { PartName, PartResults } from "./report/results.js";
import { measureRuleMemory } from "./rule-memory/measure-rule-memory.js";
import { measureStart } from "./start/measure-start.js";
import { measureThroughput } from "./throughput/measure-throughput.js";
import { measureUpdate } from "./update/measure-update.js";

/** A part that can be measured alone. */
export interface Part<Name extends PartName> {
  /** what it measures, and about how long that takes */
  readonly about: string;
  readonly measure: (effort: Effort, signal: AbortSignal) => Promise<PartResults[Name]>;
}

/** Every part, in the order of a complete run. */
export const parts: { readonly [Name in PartName]: Part<Name> } = {
  calls: {
    about: "connect() and send with no program, empty programs and a fence (about 25 s)",
    measure: (effort, signal) => inBenchPlace((place) => measureCalls(place, effort, signal)),
  },
  ladder: {
    about: "the same with 0 to 10,000 rules and 100,000 prefixes, beside nftables (about 60 s)",
    measure: (effort, signal) => inBenchPlace((place) => measureLadder(place, effort, signal)),
  },
  update: {
    about: "a changed policy, until it holds, beside nft -f (about 40 s)",
    measure: (effort, signal) => inBenchPlace((place) => measureUpdate(place, effort, signal)),
  },
  throughput: {
    about: "iperf3 over a veth pair with one and ten streams (about 60 s)",
    measure: (effort, signal) => inBenchPlace((place) => measureThroughput(place, effort, signal)),
  },
  cpu: {
    about: "CPU time at 1,000 connects a second (about 15 s)",
    measure: (effort, signal) => inBenchPlace((place) => measureCpu(place, effort, signal)),
  },
  start: {
    about: "ringfence run true, and the parts of making a fence (about 30 s)",
    measure: measureStart,
  },
  memory: { about: "supervisor, guardian and kernel (about 15 s)", measure: measureMemory },
  ruleMemory: {
    about: "memory by number of rules and prefixes (about 10 s)",
    measure: (_effort, signal) => inBenchPlace((place) => measureRuleMemory(place, signal)),
  },
  names: {
    about: "the round trip of DNS queries, beside a forwarder (about 30 s)",
    measure: (effort, signal) => inBenchPlace((place) => measureNames(place, effort, signal)),
  },
  events: { about: "verdicts folded and published, on one core (about 20 s)", measure: measureEvents },
  agent: {
    about: "an agent's start, reload, CPU time and memory (about 100 s)",
    measure: (effort, signal) => inBenchPlace((place) => measureAgent(place, effort, signal)),
  },
};

export function isPartName(name: string): name is PartName {
  return Object.hasOwn(parts, name);
}
