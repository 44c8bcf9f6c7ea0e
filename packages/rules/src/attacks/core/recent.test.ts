import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentMap } from "./recent.js";
import { Window } from "./window.js";

test("RecentMap forgets what was used longest ago, and counts it", () => {
  const map = new RecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  assert.equal(map.get("a"), 1);
  map.set("c", 3);
  assert.deepEqual([map.get("a"), map.get("b"), map.get("c"), map.forgotten], [1, undefined, 3, 1]);
  map.set("c", 4);
  assert.deepEqual([map.get("a"), map.get("c"), map.forgotten], [1, 4, 1]);
});

test("Window holds different items for its length, and as many as it may", () => {
  const window = new Window(100, 3);
  assert.deepEqual([window.add("a", 0), window.add("a", 50), window.add("b", 60)], [1, 1, 2]);
  assert.equal(window.add("c", 155), 2, "a is gone, seen last at 50");
  assert.deepEqual([window.add("d", 156), window.add("e", 157)], [3, 3]);
  assert.deepEqual(window.examples(), ["c", "d", "e"]);
});
