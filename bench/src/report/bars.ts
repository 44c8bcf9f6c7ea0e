import type { Bar } from "./bar.js";
import { barsOfAgent } from "./bars-of-agent.js";
import { barsOfCalls } from "./bars-of-calls.js";
import { barsOfEvents } from "./bars-of-events.js";
import { barsOfLadder } from "./bars-of-ladder.js";
import { barsOfMemory, barsOfRuleMemory } from "./bars-of-memory.js";
import { barsOfNames } from "./bars-of-names.js";
import { barsOfStart } from "./bars-of-start.js";
import { barsOfThroughput } from "./bars-of-throughput.js";
import { barsOfUpdate } from "./bars-of-update.js";
import type { Results } from "./results.js";

/** The bounds of the parts that were measured, judged by the medians of one run. */
export function barsOf({
  calls,
  ladder,
  update,
  throughput,
  start,
  memory,
  ruleMemory,
  names,
  events,
  agent,
}: Results): readonly Bar[] {
  return [
    ...(start ? barsOfStart(start) : []),
    ...(memory ? barsOfMemory(memory) : []),
    ...(calls ? barsOfCalls(calls) : []),
    ...(ladder ? barsOfLadder(ladder) : []),
    ...(update ? barsOfUpdate(update) : []),
    ...(throughput ? barsOfThroughput(throughput) : []),
    ...(ruleMemory ? barsOfRuleMemory(ruleMemory) : []),
    ...(names ? barsOfNames(names) : []),
    ...(events ? barsOfEvents(events) : []),
    ...(agent ? barsOfAgent(agent) : []),
  ];
}
