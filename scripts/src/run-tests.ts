import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { repositoryRoot } from "./repository-root.js";
import { addCounts, type Counts, closingLine, exitStatus, noTests, oneFailure } from "./testrun/counts.js";
import { findTests } from "./testrun/find-tests.js";
import { LabelledLines } from "./testrun/labelled-lines.js";
import { runPool } from "./testrun/pool.js";
import { runFiles } from "./testrun/run-files.js";
import { runInVm } from "./testrun/run-in-vm.js";
import { groupStages, type Stage, stages, stagesAtOnce, takeHalf, testFolders } from "./testrun/stages.js";
import { testPath } from "./testrun/test-path.js";

// Runs stages of the test suite: run-tests [--results FILE] STAGE...
// The last line says how many tests passed and failed; with --results FILE takes the counts instead, as JSON.
// Stages that keep one CPU busy run two at a time, in the order given; each line then says whose it is.

const { values, positionals } = parseArgs({
  options: { results: { type: "string" } },
  allowPositionals: true,
});

type Print = (text: string) => void;
const print: Print = (text) => process.stdout.write(text);

async function runStage(stage: Stage, print: Print): Promise<Counts> {
  const files = takeHalf(findTests(repositoryRoot, testFolders, stage.kinds), stage.half);
  print(`\n== ${stage.title}: ${files.length} test files\n`);
  if (files.length === 0) return noTests;
  const counts = stage.guest
    ? await runInVm(repositoryRoot, stage.guest, print)
    : await runFiles(files, stage, print);
  if (counts.passed + counts.failed > 0) return counts;
  return addCounts(counts, oneFailure(`${stage.title}: no test ran in these files`));
}

/** The same, with lines that tell the stages of a group apart. */
async function runLabelled(stage: Stage): Promise<Counts> {
  const lines = new LabelledLines(stage.label, print);
  const counts = await runStage(stage, (text) => lines.write(text));
  lines.end();
  lines.write(`== ${stage.title}: ${closingLine(counts)}\n`);
  return counts;
}

function stageNamed(name: string): Stage {
  const stage = stages[name];
  if (stage) return stage;
  process.stderr.write(`Cannot run the tests of "${name}": take ${Object.keys(stages).join(", ")}\n`);
  process.exit(2);
}

process.env["PATH"] = testPath();
// Bash reads ~/.bashrc where its standard input is a socket, as Node's pipes are, and no shell is above it.
process.env["SHLVL"] = "2";
let counts = noTests;
for (const group of groupStages(positionals.map(stageNamed))) {
  const run = group.length > 1 ? runLabelled : (stage: Stage) => runStage(stage, print);
  counts = (await runPool(group, stagesAtOnce, run)).reduce(addCounts, counts);
}
if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(counts));
else print(`\n${counts.failures.map((failure) => `✖ ${failure}\n`).join("")}${closingLine(counts)}\n`);
// A stray handle of a test must not keep the runner alive.
process.exit(exitStatus(counts));
