import assert from "node:assert/strict";
import { test } from "node:test";
import { addCounts, closingLine, exitStatus, noTests } from "./counts.js";

test("closingLine names skipped tests only when there are some", () => {
  assert.equal(closingLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  assert.equal(closingLine({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

test("addCounts adds each kind", () => {
  const sum = addCounts(
    { passed: 1, failed: 2, skipped: 3, failures: ["a"] },
    { passed: 10, failed: 20, skipped: 30, failures: ["b"] },
  );
  assert.deepEqual(sum, { passed: 11, failed: 22, skipped: 33, failures: ["a", "b"] });
});

test("exitStatus refuses failures and a run without tests", () => {
  assert.equal(exitStatus({ passed: 1, failed: 0 }), 0);
  assert.equal(exitStatus({ passed: 9, failed: 1 }), 1);
  assert.equal(exitStatus(noTests), 1);
});
