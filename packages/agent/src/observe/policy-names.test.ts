import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicyNames } from "./policy-names.js";

const named = (revision: string, ...ids: string[]) => ({
  revision,
  bits: ids.map((ruleId) => ({ ruleId })),
  graceSeconds: null,
});

test("PolicyNames keeps each policy's names, and once where nothing but the rest changed", () => {
  const names = new PolicyNames([named("one", "p/a", "p/b")]);
  names.add(named("two", "p/a", "p/b"));
  names.add(named("three", "p/a", "p/c"));
  names.add(named("four", "p/a"));
  assert.deepEqual(
    [1, 2, 3, 4].map((generation) => [
      names.revisionOf(generation),
      names
        .bitsOf(generation)
        .map((bit) => bit.ruleId)
        .join(),
    ]),
    [
      ["one", "p/a,p/b"],
      ["two", "p/a,p/b"],
      ["three", "p/a,p/c"],
      ["four", "p/a"],
    ],
  );
  assert.equal(names.bitsOf(2), names.bitsOf(1));
  assert.deepEqual([names.bitsOf(5), names.revisionOf(5)], [[], null]);
});
