import assert from "node:assert/strict";
import { test } from "node:test";
import { RingfenceError } from "./ringfence-error.js";

test("RingfenceError.format puts place, message and hint on one line", () => {
  const location = { file: "p.yaml", line: 3, column: 7 };
  const error = new RingfenceError("RF_POLICY_PORT", '"x" is not\na port', { hint: "Write 443", location });
  assert.equal(error.format(), 'p.yaml:3:7: "x" is not a port: Write 443');
});

test("RingfenceError.format leaves out what is absent", () => {
  assert.equal(new RingfenceError("RF_INTERNAL", "Something broke").format(), "Something broke");
});

test("RingfenceError keeps code and cause", () => {
  const cause = new Error("below");
  const error = new RingfenceError("RF_NOT_ROOT", "Cannot load", { cause });
  assert.equal(error.code, "RF_NOT_ROOT");
  assert.equal(error.cause, cause);
  assert.ok(error instanceof Error);
});
