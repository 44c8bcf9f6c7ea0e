import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { findTests } from "./find-tests.js";
import type { TestKind } from "./test-kind.js";

test("findTests takes the tests of the kinds asked for and leaves stale ones", () => {
  const root = mkdtempSync(join(tmpdir(), "ringfence-find-"));
  try {
    for (const path of [
      "packages/a/dist/x/one.test.js",
      "packages/a/src/x/one.test.ts",
      "packages/a/dist/one.js",
      "packages/b/dist/stale.test.js",
      "e2e/dist/run.e2e.test.js",
      "e2e/src/run.e2e.test.ts",
      "e2e/dist/run.host.e2e.test.js",
      "e2e/src/run.host.e2e.test.ts",
      "e2e/dist/run.races.e2e.test.js",
      "e2e/src/run.races.e2e.test.ts",
    ]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), "");
    }
    const found = (...kinds: TestKind[]) =>
      findTests(root, ["packages/*", "e2e", "absent"], kinds).map((path) => relative(root, path));
    assert.deepEqual(found("unit"), ["packages/a/dist/x/one.test.js"]);
    assert.deepEqual(found("e2e"), ["e2e/dist/run.e2e.test.js"]);
    assert.deepEqual(found("host", "races"), [
      "e2e/dist/run.host.e2e.test.js",
      "e2e/dist/run.races.e2e.test.js",
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
