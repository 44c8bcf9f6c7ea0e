import assert from "node:assert/strict";
import { test } from "node:test";
import { Cleanup } from "./cleanup.js";

test("Cleanup undoes the latest first, goes on after a failure and reports it", async () => {
  const order: string[] = [];
  const cleanup = new Cleanup();
  cleanup.add(() => void order.push("first"));
  cleanup.add(() => {
    throw new Error("second failed");
  });
  cleanup.add(async () => void order.push("third"));
  await assert.rejects(cleanup.run(), /second failed/);
  assert.deepEqual(order, ["third", "first"]);
});
