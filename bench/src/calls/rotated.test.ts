import assert from "node:assert/strict";
import { test } from "node:test";
import { rotated } from "./rotated.js";

test("rotated begins one further each round, and again after the last", () => {
  assert.deepEqual(rotated(["a", "b", "c"], 0), ["a", "b", "c"]);
  assert.deepEqual(rotated(["a", "b", "c"], 1), ["b", "c", "a"]);
  assert.deepEqual(rotated(["a", "b", "c"], 5), ["c", "a", "b"]);
});
