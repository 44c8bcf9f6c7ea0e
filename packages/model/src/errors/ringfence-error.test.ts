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

test("format shows what was quoted without letting it flood or steer the terminal", () => {
  const steering = new RingfenceError("RF_USAGE", 'Cannot use "\u001B[31m\u202Eab"');
  assert.equal(steering.format(), 'Cannot use "\\u{1b}[31m\\u{202e}ab"');
  const flooding = new RingfenceError("RF_USAGE", `Cannot use "${"a".repeat(5000)}"`, { hint: "Write b" });
  assert.match(flooding.format(), /^Cannot use "a{400,} \[\.\.\.\] a{400,}": Write b$/);
});
