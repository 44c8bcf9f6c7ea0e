import assert from "node:assert/strict";
import { test } from "node:test";
import { runPool } from "./pool.js";

test("runPool runs every job once, in order, so many at once, and keeps the order of the results", async () => {
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const done = runPool([0, 1, 2, 3], 2, async (job) => {
    started.push(job);
    await new Promise<void>((resolve) => {
      ends[job] = resolve;
    });
    return job * 10;
  });
  const settle = () => new Promise(setImmediate);
  assert.deepEqual(started, [0, 1]);
  ends[1]?.();
  await settle();
  assert.deepEqual(started, [0, 1, 2]);
  ends[2]?.();
  await settle();
  ends[3]?.();
  ends[0]?.();
  assert.deepEqual(await done, [0, 10, 20, 30]);
  assert.deepEqual(started, [0, 1, 2, 3]);
});

test("runPool fails when a job does, and takes no jobs for an answer", async () => {
  await assert.rejects(
    runPool([1], 2, () => Promise.reject(new Error("broken"))),
    /broken/,
  );
  assert.deepEqual(await runPool([], 2, () => Promise.resolve(1)), []);
});
