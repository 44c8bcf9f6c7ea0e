import type { StartResults } from "../start/measure-start.js";
import { phaseNames } from "../start/phases.js";
import type { Summary } from "../statistics/summary.js";
import { table } from "./table.js";

/** How long a run takes to start. */
export function renderStart(start: StartResults): string {
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
