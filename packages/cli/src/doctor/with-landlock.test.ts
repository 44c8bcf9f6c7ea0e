import assert from "node:assert/strict";
import { test } from "node:test";
import { withLandlock } from "./with-landlock.js";

const ready = { level: "ready", blocking: [], degraded: [] } as const;

test("withLandlock leaves a kernel with a recent Landlock as it is", () => {
  assert.equal(withLandlock(ready, "scoped"), ready);
});

for (const isolation of ["files", "none"] as const) {
  test(`withLandlock degrades a ready kernel with Landlock "${isolation}" and says what that costs`, () => {
    const { level, degraded } = withLandlock(ready, isolation);
    assert.equal(level, "degraded");
    assert.match(degraded[0]?.cost ?? "", /fence/);
  });
}

test("withLandlock makes nothing better", () => {
  assert.equal(withLandlock({ ...ready, level: "unusable" }, "none").level, "unusable");
});
