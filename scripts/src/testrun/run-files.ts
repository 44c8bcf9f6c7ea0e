import { run } from "node:test";
import { spec } from "node:test/reporters";
import { addCounts, type Counts, noTests } from "./counts.js";
import type { Stage } from "./stages.js";

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
    counts = addCounts(counts, { passed: skipped ? 0 : 1, failed: 0, skipped: skipped ? 1 : 0 });
  });
  let suiteFailures = 0;
  events.on("test:fail", ({ details }) => {
    if (details.type === "suite") suiteFailures += 1;
    else counts = addCounts(counts, { passed: 0, failed: 1, skipped: 0 });
  });
  for await (const text of events.compose(new spec())) print(String(text));
  // A hook of a suite can fail while each of its tests passed.
  return suiteFailures > 0 && counts.failed === 0 ? { ...counts, failed: suiteFailures } : counts;
}
