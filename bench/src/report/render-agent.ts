import type { AgentResults } from "../agent/measure-agent.js";
import { type LoadCaseName, loadCaseNames, loadCases } from "../agent/measure-load.js";
import { setTitle } from "../agent/profile-set.js";
import type { Summary } from "../statistics/summary.js";
import { table } from "./table.js";

/** "1 profile with 10 rules, one destination" */
export function loadTitle(name: LoadCaseName): string {
  const { set, call } = loadCases[name];
  return `${setTitle(set)}, ${call === "tcp-connect" ? "one destination" : "1,024 destinations"}`;
}

/** The agent as a process: start, reload, and under load. */
export function renderAgent(results: AgentResults): string {
  const { startRounds, ready, takenOver, booted, changes, reload, seconds, rate, processes, load } = results;
  const row = (what: string, { p50, p90 }: Summary) => [what, p50.toFixed(0), p90.toFixed(0)];
  const times = [
    row(`ready, ${setTitle("few")}`, ready.few),
    row(`ready, ${setTitle("one")}`, ready.one),
    row(`ready, ${setTitle("large")}`, ready.large),
    row("the same after a boot", booted),
    row("the same, taking over from another", takenOver),
    row(`a changed file, ${setTitle("many")}`, reload.many),
    row(`a changed file, ${setTitle("large")}`, reload.large),
  ];
  const loads = loadCaseNames.map((name) => [
    loadTitle(name),
    load[name].cpu.toFixed(1),
    load[name].rss.toFixed(1),
  ]);
  return (
    "### The agent\n\n" +
    `${table(["ms", "p50", "p90"], times)}\n` +
    `${startRounds} starts of each kind in turn, from the command until it says that it is ready; ${changes} changes, from the ` +
    "renamed file until the agent says that it is in force.\n\n" +
    `${table(["under load", "CPU, % of a core", "RSS, MiB"], loads)}\n` +
    `${seconds} s of ${rate} TCP connects a second among ${processes.toLocaleString("en")} ` +
    "processes; each connect is in the history afterwards, and nothing is lost.\n"
  );
}
