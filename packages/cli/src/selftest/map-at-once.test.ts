import assert from "node:assert/strict";
import { test } from "node:test";
import { mapAtOnce } from "./map-at-once.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("mapAtOnce keeps the order and the limit", async () => {
  let going = 0;
  let most = 0;
  const results = await mapAtOnce([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++going);
    await turn();
    going -= 1;
    return item * 10;
  });
  assert.deepEqual(results, [10, 20, 30, 40, 50]);
  assert.equal(most, 2);
});

test("mapAtOnce waits for what goes on before it throws, and starts no more", async () => {
  const ended: number[] = [];
  const mapping = mapAtOnce([1, 2, 3, 4], 2, async (item) => {
    if (item === 1) throw new Error("first");
    await turn();
    ended.push(item);
  });
  await assert.rejects(mapping, /first/);
  assert.deepEqual(ended, [2]);
});
