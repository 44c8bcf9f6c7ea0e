import assert from "node:assert/strict";
import { test } from "node:test";
import { groupStages, type Stage, stages, takeHalf } from "./stages.js";

const named = (...names: readonly string[]) => names.flatMap((name) => stages[name] ?? []);

test("groupStages runs what keeps one CPU busy together, in the order asked for", () => {
  const titles = (groups: readonly (readonly Stage[])[]) =>
    groups.map((group) => group.map(({ title }) => title));
  assert.deepEqual(titles(groupStages(named("unit", "e2e-vm-races", "e2e"))), [
    ["Units"],
    ["Races on a second kernel", "End to end on this kernel"],
  ]);
  assert.deepEqual(titles(groupStages(named("e2e", "unit", "e2e"))), [
    ["End to end on this kernel"],
    ["Units"],
    ["End to end on this kernel"],
  ]);
  assert.deepEqual(groupStages([]), []);
});

test("every test runs on this kernel, and all but units and host ones under the second, each once", () => {
  const taken = (...names: readonly string[]) =>
    named(...names)
      .flatMap(({ kinds, half }) => kinds.flatMap((kind) => takeHalf([`${kind} a`, `${kind} b`], half)))
      .sort();
  const all = ["e2e a", "e2e b", "host a", "host b", "races a", "races b", "unit a", "unit b"];
  assert.deepEqual(taken("unit", "e2e"), all);
  assert.deepEqual(
    taken("e2e-vm-1", "e2e-vm-2", "e2e-vm-races"),
    all.filter((name) => /^(e2e|races)/.test(name)),
  );
});

test("a stage of the second kernel takes there what it announces", () => {
  for (const { kinds, half, guest } of Object.values(stages)) {
    if (guest === undefined) continue;
    assert.deepEqual(stages[guest.stage]?.kinds, kinds);
    assert.equal(stages[guest.stage]?.half, half);
  }
});
