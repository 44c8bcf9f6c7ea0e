import assert from "node:assert/strict";
import { test } from "node:test";
import { Recent } from "./recent.js";

test("Recent forgets what was set longest ago", () => {
  const recent = new Recent<string, number>(2);
  recent.set("a", 1);
  recent.set("b", 2);
  recent.set("a", 3);
  recent.set("c", 4);
  assert.deepEqual([recent.get("a"), recent.get("b"), recent.get("c")], [3, undefined, 4]);
});
