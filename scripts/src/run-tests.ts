import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { repositoryRoot } from "./repository-root.js";
import { addCounts, type Counts, closingLine, exitStatus, noTests } from "./testrun/counts.js";
import { findTests } from "./testrun/find-tests.js";
import { runFiles } from "./testrun/run-files.js";
import { runInVm } from "./testrun/run-in-vm.js";
import { type Stage, stages } from "./testrun/stages.js";

// Runs stages of the test suite: run-tests [--results FILE] STAGE...
// The last line says how many tests passed and failed; with --results FILE takes the counts instead, as JSON.

const { values, positionals } = parseArgs({
  options: { results: { type: "string" } },
  allowPositionals: true,
});

async function runStage(stage: Stage): Promise<Counts> {
  const files = findTests(repositoryRoot, stage.folders, stage.endToEnd);
  process.stdout.write(`\n== ${stage.title}: ${files.length} test files\n`);
  if (files.length === 0) return noTests;
  const counts = stage.guest
    ? runInVm(repositoryRoot, stage.guest.stage, stage.guest.timeout)
    : await runFiles(files, stage, (text) => process.stdout.write(text));
  if (counts.passed + counts.failed > 0) return counts;
  process.stdout.write("No test ran in these files\n");
  return { ...counts, failed: 1 };
}

let counts = noTests;
for (const name of positionals) {
  const stage = stages[name];
  if (!stage) {
    process.stderr.write(`Cannot run the tests of "${name}": take ${Object.keys(stages).join(", ")}\n`);
    process.exit(2);
  }
  counts = addCounts(counts, await runStage(stage));
}
if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(counts));
else process.stdout.write(`\n${closingLine(counts)}\n`);
// A stray handle of a test must not keep the runner alive.
process.exit(exitStatus(counts));
