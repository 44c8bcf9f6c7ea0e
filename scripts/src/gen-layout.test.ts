import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { compileBpf } from "@ringfence/kernel/testing";

const directory = mkdtempSync(join(tmpdir(), "rf-test-layout-"));
after(() => rmSync(directory, { recursive: true }));
const out = join(directory, "layout.ts");

function generate(...args: readonly string[]) {
  const script = fileURLToPath(new URL("gen-layout.js", import.meta.url));
  return spawnSync(process.execPath, [script, "--out", out, ...args], { encoding: "utf8" });
}

test("gen-layout writes the file, and --check notices when it differs", () => {
  const object = ["--object", compileBpf("sample")];
  assert.equal(generate(...object, "--check").status, 1);
  assert.equal(generate(...object).status, 0);
  assert.match(readFileSync(out, "utf8"), /export const rf_event = \{/);
  assert.equal(generate(...object, "--check").status, 0);
  appendFileSync(out, "\n");
  const differs = generate(...object, "--check");
  assert.equal(differs.status, 1);
  assert.match(differs.stderr, /differs from the types in .*: run gen-layout and commit it/);
});

test("gen-layout names an object that was not built", () => {
  const missing = generate("--object", "/nonexistent.o");
  assert.deepEqual([missing.status, missing.stderr.includes('Cannot read "/nonexistent.o"')], [1, true]);
});
