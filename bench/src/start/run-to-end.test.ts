import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runToEnd } from "./run-to-end.js";

const signal = new AbortController().signal;

describe("runToEnd", () => {
  test("times the command and returns what it wrote", async () => {
    const { ms, output } = await runToEnd(["sh", "-c", "sleep 0.1; echo done"], signal);
    assert.equal(output, "done\n");
    assert.ok(ms >= 100 && ms < 5000, `${ms} ms`);
  });

  test("throws with the command's complaint when it fails", async () => {
    await assert.rejects(runToEnd(["sh", "-c", "echo no >&2; exit 3"], signal), /ended with 3: no/);
  });

  test("starts nothing once stopped", async () => {
    await assert.rejects(runToEnd(["true"], AbortSignal.abort(new Error("Stopped"))), /Stopped/);
  });
});
