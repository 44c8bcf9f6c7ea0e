import assert from "node:assert/strict";
import { test } from "node:test";
import { groupStages, type Stage, stages } from "./stages.js";

const named = (...names: readonly string[]) => names.flatMap((name) => stages[name] ?? []);

test("groupStages runs what keeps one CPU busy together, in the order asked for", () => {
  const titles = (groups: readonly (readonly Stage[])[]) =>
    groups.map((group) => group.map(({ title }) => title));
  assert.deepEqual(titles(groupStages(named("unit", "e2e-vm", "e2e"))), [
    ["Units"],
    ["End to end on a second kernel", "End to end on this kernel"],
  ]);
  assert.deepEqual(titles(groupStages(named("e2e", "unit", "e2e"))), [
    ["End to end on this kernel"],
    ["Units"],
    ["End to end on this kernel"],
  ]);
  assert.deepEqual(groupStages([]), []);
});

test("every kind of test runs on this kernel, and all but host ones under the second, each once", () => {
  const kindsOf = (...names: readonly string[]) =>
    named(...names)
      .flatMap(({ kinds }) => kinds)
      .sort();
  assert.deepEqual(kindsOf("unit", "e2e"), ["e2e", "host", "races", "unit"]);
  assert.deepEqual(kindsOf("e2e-vm", "e2e-vm-races"), ["e2e", "races"]);
});

test("a stage of the second kernel takes there what it announces", () => {
  for (const { kinds, guest } of Object.values(stages)) {
    if (guest !== undefined) assert.deepEqual(stages[guest.stage]?.kinds, kinds);
  }
});
