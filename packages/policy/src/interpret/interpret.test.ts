import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { combOf } from "../testing/comb-policy.js";
import { describeDisagreement } from "../testing/describe-disagreement.js";
import {
  compareAnswers,
  type DifferentialResult,
  productCompiler,
  runDifferential,
  shrinkDisagreement,
} from "../testing/differential.js";
import { largeProfiles } from "../testing/large-policy.js";
import { Random } from "../testing/random.js";
import { seedOf } from "../testing/seed.js";

const seed = seedOf(process.env);

function assertAgreement(t: TestContext, { pairs, disagreement }: DifferentialResult): void {
  t.diagnostic(`${pairs} pairs, seed ${seed}`);
  if (disagreement !== null) assert.fail(describeDisagreement(shrinkDisagreement(disagreement, {})));
}

test("interpret agrees with evaluate on random policies and flows", (t) => {
  const result = runDifferential({ seed, policies: 1500, flowsPerPolicy: 40 });
  assertAgreement(t, result);
  assert.equal(result.pairs, 60_000);
  for (const outcome of ["allowed", "denied", "would-deny", "would-allow"]) {
    const count = result.outcomes.get(outcome) ?? 0;
    assert.ok(count > 500, `only ${count} flows were ${outcome}`);
  }
});

test("interpret agrees with evaluate on random policies with names, live names and queries", (t) => {
  const result = runDifferential({ seed, policies: 1500, flowsPerPolicy: 40, withNames: true });
  assertAgreement(t, result);
  assert.equal(result.pairs, 60_000);
  for (const outcome of ["allowed", "denied", "would-deny", "would-allow"]) {
    const count = result.outcomes.get(outcome) ?? 0;
    assert.ok(count > 500, `only ${count} flows were ${outcome}`);
  }
});

test("interpret agrees with evaluate on a policy of 60,000 prefixes, with more than 65,536 classes of addresses", (t) => {
  const makeProfiles = (random: Random) =>
    largeProfiles(random, { rules: 1000, prefixesPerRule: 60, users: 8 });
  const { v4, v6 } = productCompiler(makeProfiles(new Random(seed)));
  assert.ok(
    Math.min(v4.starts.length, v6.starts.length) > 65_536,
    `${v4.starts.length}, ${v6.starts.length}`,
  );
  assertAgreement(t, runDifferential({ seed, policies: 1, flowsPerPolicy: 1000, makeProfiles }));
});

test("interpret agrees with evaluate at every border of the words of 10,000 bits", () => {
  const { profiles, questions } = combOf(10_000);
  assert.equal(compareAnswers(profiles, questions, {}), null);
});
