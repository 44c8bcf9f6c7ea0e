import { boundText, isMet } from "./bar.js";
import { barsOf } from "./bars.js";
import { renderAgent } from "./render-agent.js";
import { renderCalls } from "./render-calls.js";
import { renderCpu } from "./render-cpu.js";
import { renderEvents } from "./render-events.js";
import { renderLadder } from "./render-ladder.js";
import { renderMemory } from "./render-memory.js";
import { renderNames } from "./render-names.js";
import { renderRuleMemory } from "./render-rule-memory.js";
import { renderStart } from "./render-start.js";
import { renderThroughput } from "./render-throughput.js";
import { renderUpdate } from "./render-update.js";
import type { Results } from "./results.js";
import { table } from "./table.js";

const KIB = 1024;
const BUSY =
  "\n**The machine was busy:** the times of whole commands are worse than on a quiet one; run it again there.\n";

/** The generated part of docs/benchmarks.md; parts that were not measured are left out. */
export function renderResults(results: Results): string {
  const { calls, ladder, update, throughput, cpu, start, memory, ruleMemory, names, events, agent } = results;
  const sections = [
    renderMachine(results),
    renderBars(results),
    calls && renderCalls(calls),
    ladder && renderLadder(ladder),
    update && renderUpdate(update),
    throughput && renderThroughput(throughput),
    cpu && renderCpu(cpu),
    start && renderStart(start),
    memory && renderMemory(memory),
    ruleMemory && renderRuleMemory(ruleMemory),
    names && renderNames(names),
    events && renderEvents(events),
    agent && renderAgent(agent),
  ];
  return sections.filter((section) => section !== undefined).join("\n");
}

function renderMachine({ date, seconds, machine }: Results): string {
  const { cpu, cpus, memoryMiB, kernel, node, loadBefore } = machine;
  return (
    `${date.slice(0, 10)}, Linux ${kernel}, ${cpus} CPUs (${cpu}), ${(memoryMiB / KIB).toFixed(0)} GiB, ` +
    `Node ${node.slice(1)}; load ${loadBefore} before the start, ${seconds.toFixed(0)} s in all.\n` +
    (loadBefore > cpus / 2 ? BUSY : "")
  );
}

function renderBars(results: Results): string {
  const rows = barsOf(results).map((bar) => [
    bar.what,
    boundText(bar),
    `${bar.found.toFixed(bar.unit === "us" || bar.unit === "x" ? 2 : 1)} ${bar.unit}`,
    isMet(bar) ? "met" : "**missed**",
    bar.because,
  ]);
  return `### The bars\n\n${table(["What", "Bar", "Found", "", "Where it goes"], rows, ["", "Where it goes"])}`;
}
