import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { BorrowedWatch } from "./borrowed-watch.js";

test("BorrowedWatch looks each second and once at the end", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let looks = 0;
  const watch = new BorrowedWatch(() => {
    looks += 1;
  });
  mock.timers.tick(1000);
  mock.timers.tick(1000);
  assert.equal(looks, 2);
  watch.stop();
  watch.stop();
  mock.timers.tick(10_000);
  assert.equal(looks, 3);
  assert.deepEqual(watch.warnings, []);
  mock.timers.reset();
});

test("BorrowedWatch goes on after a look that failed, and says so once", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let looks = 0;
  const watch = new BorrowedWatch(() => {
    looks += 1;
    throw new Error("no iterator");
  });
  mock.timers.tick(1000);
  mock.timers.tick(1000);
  watch.stop();
  assert.equal(looks, 3);
  assert.deepEqual(watch.warnings, ["sockets that were connected outside may be in use unseen: no iterator"]);
  mock.timers.reset();
});
