import assert from "node:assert/strict";
import { test } from "node:test";
import { type Guardian, Guardians } from "./guardians.js";

class FakeGuardian implements Guardian {
  lose: () => void = () => assert.fail("nobody watches this guardian");
  told: string[] = [];

  onLoss(callback: () => void): void {
    this.lose = callback;
  }

  async dismiss(): Promise<void> {
    this.told.push("dismiss");
  }

  leave(): void {
    this.told.push("leave");
  }
}

function guardiansOf(failAt = Number.POSITIVE_INFINITY) {
  const started: FakeGuardian[] = [];
  const start = () => {
    if (started.length === failAt) throw new Error("Cannot fork");
    const guardian = new FakeGuardian();
    started.push(guardian);
    return guardian;
  };
  return { started, guardians: new Guardians(start, "nobody logs") };
}

test("Guardians starts five successors at once, then warns and stops", () => {
  const { started, guardians } = guardiansOf();
  for (let count = 1; count <= 5; count++) {
    started.at(-1)?.lose();
    assert.equal(started.length, count + 1);
    assert.deepEqual(guardians.warnings, []);
  }
  started.at(-1)?.lose();
  assert.equal(started.length, 6);
  assert.deepEqual(guardians.warnings, ["the guardian was ended 6 times; nobody logs"]);
});

test("Guardians tells the current one to go or to take over", async () => {
  const { started, guardians } = guardiansOf();
  started[0]?.lose();
  guardians.leave();
  await guardians.dismiss();
  assert.deepEqual(
    started.map(({ told }) => told),
    [[], ["leave", "dismiss"]],
  );
});

test("Guardians survives a successor that cannot start, and warns", () => {
  const { started, guardians } = guardiansOf(1);
  started[0]?.lose();
  assert.deepEqual(guardians.warnings, [
    "the guardian was ended and has no successor (Cannot fork); nobody logs",
  ]);
  assert.throws(() => guardiansOf(0), /Cannot fork/);
});
