import assert from "node:assert/strict";
import { test } from "node:test";
import { isolationOf, landlockAbi } from "./landlock.js";

test("landlockAbi is a version, 0 for none", () => {
  assert.ok(Number.isInteger(landlockAbi()) && landlockAbi() >= 0);
});

for (const [abi, expected] of [
  [0, "none"],
  [1, "none"],
  [2, "files"],
  [5, "files"],
  [6, "scoped"],
  [7, "scoped"],
] as const) {
  test(`isolationOf calls Landlock ${abi} "${expected}"`, () => {
    assert.equal(isolationOf(abi), expected);
  });
}
