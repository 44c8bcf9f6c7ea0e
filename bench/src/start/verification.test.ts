import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verificationMs } from "./verification.js";

describe("verificationMs", () => {
  test("adds up all programs of a log", () => {
    const log =
      "verification time 1500 usec\nstack depth 96\nprocessed 12 insns\nverification time 500 usec\n";
    assert.equal(verificationMs(log), 2);
  });

  test("refuses a log without times", () => {
    assert.throws(() => verificationMs("processed 12 insns\n"), /gives none/);
  });
});
