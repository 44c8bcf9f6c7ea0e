import type { CallResult } from "../calls/measure-calls.js";
import { phaseNames } from "../start/phases.js";
import type { Difference, Summary } from "../statistics/summary.js";
import { barsOf, isMet } from "./bars.js";
import type { Results } from "./results.js";
import { table } from "./table.js";

const KIB = 1024;
const BUSY =
  "\n**The machine was busy:** the times of whole commands are worse than on a quiet one; run it again there.\n";

/** The generated part of docs/benchmarks.md. */
export function renderResults(results: Results): string {
  return [
    renderMachine(results),
    renderBars(results),
    renderCalls(results),
    renderStart(results),
    renderMemory(results),
  ].join("\n");
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
    `<= ${bar.bound} ${bar.unit}`,
    `${bar.found.toFixed(bar.unit === "us" ? 2 : 1)} ${bar.unit}`,
    isMet(bar) ? "met" : "**missed**",
    bar.because,
  ]);
  return `### The bars\n\n${table(["What", "Bar", "Found", "", "Where it goes"], rows, ["", "Where it goes"])}`;
}

function renderCalls({ calls }: Results): string {
  const rows = calls.calls.map((call: CallResult) => [
    call.title,
    pair(call.none),
    pair(call.empty),
    pair(call.ours),
    pair(call.unread),
    spread(call.addedByEmpty),
    spread(call.addedByOurs),
    spread(call.addedByUnread),
    call.ratio.toFixed(2),
  ]);
  const head = [
    "ns per call (p50 / p99)",
    "no program",
    "empty programs",
    "fence",
    "fence, events unread",
    "added by empty",
    "added by fence",
    "added, events unread",
    "fence / none",
  ];
  return (
    `### Calls\n\n${table(head, rows)}\n` +
    `${calls.rounds} rounds of one batch each. "Added" is the median of the differences within a round, with the ` +
    `middle half of all rounds in brackets. The timed loop costs ${calls.harnessNs.toFixed(1)} ns per call, which is ` +
    `subtracted; \`getppid()\`, the cheapest system call, takes ${calls.getppidNs.toFixed(0)} ns here. ` +
    `The fence gave ${calls.fence.verdicts} verdicts and lost ${calls.fence.losses} records.\n`
  );
}

function renderStart({ start }: Results): string {
  const { commands, phases, phasesP90, verification } = start;
  const row = (what: string, { p50, p90 }: Summary) => [what, p50.toFixed(1), p90.toFixed(1)];
  const commandTable = table(
    ["ms", "p50", "p90"],
    [
      row("`true`", commands.true),
      row("`node -e 0`", commands.node),
      row("`ringfence run --report none -- true`", commands.run),
      row("the same with `--policy bench/policy.yaml`", commands.runPolicy),
      row("added by `ringfence run`", start.added),
      row("added, with the policy file", start.addedWithPolicy),
    ],
  );
  const phaseTable = table(
    ["ms, medians in a new process", ...phaseNames, "total, p90"],
    (["plain", "policy"] as const).map((name) => [
      name === "plain" ? "plain run" : "with bench/policy.yaml",
      ...phaseNames.map((phase) => phases[name][phase].toFixed(1)),
      phasesP90[name].toFixed(1),
    ]),
  );
  const walked = Object.entries(verification.instructions);
  const instructions = walked.reduce((sum, [, count]) => sum + count, 0);
  const largest = walked.reduce((most, program) => (program[1] > most[1] ? program : most), ["", 0]);
  return (
    `### Start\n\n${commandTable}\n${start.rounds} rounds.\n\n${phaseTable}\n${start.phaseRounds} rounds. The verifier takes ` +
    `${verification.ms.toFixed(0)} ms of the load and walks ${instructions} instructions, ` +
    `${largest[1]} of them in \`${largest[0]}\`.\n`
  );
}

function renderMemory({ memory }: Results): string {
  const row = (what: string, { rss, pss }: { readonly rss: number; readonly pss: number }) => [
    what,
    rss.toFixed(1),
    pss.toFixed(1),
  ];
  const { kernel } = memory;
  const processes = table(
    ["MiB", "RSS", "PSS"],
    [
      row("supervisor", memory.supervisor),
      row("guardian, waiting", memory.guardian),
      row("together", memory.together),
      row("guardian, after the supervisor returned", memory.guardianAlone),
    ],
  );
  return (
    `### Memory\n\n${processes}\n` +
    `${memory.rounds} rounds. The kernel holds ${(kernel.maps / KIB ** 2).toFixed(1)} MiB for ${kernel.mapCount} maps ` +
    `and ${(kernel.programs / KIB).toFixed(0)} KiB for ${kernel.programCount} programs of one run.\n`
  );
}

function pair({ p50, p99 }: Summary): string {
  return `${p50.toFixed(0)} / ${p99.toFixed(0)}`;
}

function spread({ p50, p25, p75 }: Difference): string {
  return `${signed(p50)} (${signed(p25)} .. ${signed(p75)})`;
}

function signed(value: number): string {
  return value < 0 ? value.toFixed(0) : `+${value.toFixed(0)}`;
}
