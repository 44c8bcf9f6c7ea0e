import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "ringfence-run-"));
after(() => rmSync(folder, { recursive: true }));

/** The counts of running one test file, in a process of its own: Node's runner does not nest. */
function countsOf(body: string): unknown {
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
    describe("s", () => { test("b", () => {}); test("c", () => { throw new Error("c"); }); });
    test("d", { skip: true }, () => {});`);
  assert.deepEqual(counts, { passed: 2, failed: 1, skipped: 1 });
});

test("runFiles counts a file that crashes or hangs as failed", () => {
  assert.deepEqual(countsOf(`throw new Error("x");`), { passed: 0, failed: 1, skipped: 0 });
  assert.deepEqual(countsOf(`test("h", () => new Promise(() => setInterval(() => {}, 1000)));`), {
    passed: 0,
    failed: 1,
    skipped: 0,
  });
});

test("runFiles counts a suite whose hook fails as failed", () => {
  const counts = countsOf(`describe("s", () => { before(() => { throw new Error("x"); }); });`);
  assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
});

test("runFiles counts nothing for a file without tests", () => {
  assert.deepEqual(countsOf(""), { passed: 0, failed: 0, skipped: 0 });
});
