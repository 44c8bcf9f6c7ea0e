import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { findTests } from "./find-tests.js";

test("findTests takes the tests of the kind asked for and leaves stale ones", () => {
  const root = mkdtempSync(join(tmpdir(), "ringfence-find-"));
  try {
    for (const path of [
      "packages/a/dist/x/one.test.js",
      "packages/a/src/x/one.test.ts",
      "packages/a/dist/one.js",
      "packages/b/dist/stale.test.js",
      "e2e/dist/run.e2e.test.js",
      "e2e/src/run.e2e.test.ts",
    ]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), "");
    }
    const found = (endToEnd: boolean) =>
      findTests(root, ["packages/*", "e2e", "absent"], endToEnd).map((path) => relative(root, path));
    assert.deepEqual(found(false), ["packages/a/dist/x/one.test.js"]);
    assert.deepEqual(found(true), ["e2e/dist/run.e2e.test.js"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
