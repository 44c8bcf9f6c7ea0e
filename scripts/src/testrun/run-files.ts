import { basename } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { addCounts, type Counts, noTests, oneFailure } from "./counts.js";
import type { Stage } from "./stages.js";

/** The closing lines may be all that is kept of a run: enough of a failure to know what happened. */
const FAILURE_CHARACTERS = 600;

function oneLine(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, " | ")
    .slice(0, FAILURE_CHARACTERS);
}

/** Runs test files with Node's runner, prints its report as it comes, and counts the tests (not the suites). */
export async function runFiles(
  files: readonly string[],
  { concurrency, fileTimeout }: Pick<Stage, "concurrency" | "fileTimeout">,
  print: (text: string) => void,
): Promise<Counts> {
  if (files.length === 0) return noTests;
  let counts = noTests;
  const events = run({ files: [...files], concurrency, timeout: fileTimeout * 1000 });
  events.on("test:pass", ({ name, details, skip }) => {
    // A file that holds no test passes under its own name; a suite's tests count for themselves.
    if (details.type === "suite" || files.includes(name)) return;
    const skipped = skip !== undefined;
    counts = addCounts(counts, { ...noTests, passed: skipped ? 0 : 1, skipped: skipped ? 1 : 0 });
  });
  let suiteFailures = noTests;
  events.on("test:fail", ({ name, file, details }) => {
    const said = oneLine(String(details.error.cause ?? details.error.message));
    const failure = oneFailure(`${basename(file ?? "")}: ${name}: ${said}`);
    if (details.type === "suite") suiteFailures = addCounts(suiteFailures, failure);
    else counts = addCounts(counts, failure);
  });
  for await (const text of events.compose(new spec())) print(String(text));
  // A hook of a suite can fail while each of its tests passed.
  return counts.failed === 0 ? addCounts(counts, suiteFailures) : counts;
}
