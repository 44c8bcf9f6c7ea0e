import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Counts, noTests } from "./counts.js";

const folder = mkdtempSync(join(tmpdir(), "ringfence-run-"));
after(() => rmSync(folder, { recursive: true }));

/** The counts of running one test file, in a process of its own: Node's runner does not nest. */
function countsOf(body: string): Counts {
  const file = join(folder, "sample.test.mjs");
  writeFileSync(file, `import { test, describe, before } from "node:test";\n${body}`);
  const runner = new URL("./run-files.js", import.meta.url).href;
  const main = join(folder, "main.mjs");
  writeFileSync(
    main,
    `import { runFiles } from ${JSON.stringify(runner)};
    const counts = await runFiles([${JSON.stringify(file)}], { concurrency: 1, fileTimeout: 2 }, () => {});
    process.stdout.write(JSON.stringify(counts));`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const result = spawnSync(process.execPath, [main], { env, encoding: "utf8" });
  return JSON.parse(result.stdout);
}

test("runFiles counts tests in suites and not the suites", () => {
  const counts = countsOf(`
    test("a", () => {});
    describe("s", () => { test("b", () => {}); test("c", () => { throw new Error("c\\n  of d"); }); });
    test("d", { skip: true }, () => {});`);
  const failures = ["sample.test.mjs: c: Error: c | of d"];
  assert.deepEqual(counts, { passed: 2, failed: 1, skipped: 1, failures });
});

test("runFiles counts a file that crashes or hangs as failed", () => {
  const crashed = countsOf(`throw new Error("x");`);
  assert.deepEqual([crashed.passed, crashed.failed], [0, 1]);
  const hung = countsOf(`test("h", () => new Promise(() => setInterval(() => {}, 1000)));`);
  assert.deepEqual([hung.passed, hung.failed], [0, 1]);
  assert.match(hung.failures.join(), /sample\.test\.mjs: .*timed out/);
});

test("runFiles counts a suite whose hook fails as failed", () => {
  const counts = countsOf(`describe("s", () => { before(() => { throw new Error("x"); }); });`);
  assert.deepEqual([counts.passed, counts.failed], [0, 1]);
  assert.match(counts.failures.join(), /s: .*x/);
});

test("runFiles counts nothing for a file without tests", () => {
  assert.deepEqual(countsOf(""), noTests);
});
