import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../evaluate/evaluate.js";
import { combOf } from "./comb-policy.js";
import { productCompiler } from "./differential.js";

test("combOf has a bit for each rule, and its questions are decided on the two sides of each word's end", () => {
  const { profiles, questions } = combOf(1024);
  assert.equal(productCompiler(profiles).bits.length, 1024);
  const decided = questions.map(({ process, flow }) => {
    const { enforced, shadow } = evaluate(profiles, process, flow);
    return [shadow.rule?.ruleId, enforced.rule?.ruleId];
  });
  assert.deepEqual(decided[0], ["comb/egress[0]", "comb/egress[0]"]);
  assert.deepEqual(decided[1], ["comb/egress[63]", "comb/egress[64]"]);
  assert.deepEqual(decided[8], ["comb/egress[511]", "comb/egress[512]"]);
  assert.deepEqual(decided[17], ["comb/egress.default", "comb/egress.default"]);
});
