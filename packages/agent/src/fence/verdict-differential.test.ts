import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type Compiler,
  combOf,
  compareAnswers,
  type DifferentialOptions,
  describeDisagreement,
  type Judge,
  largeProfiles,
  largeTableMutants,
  nameTableMutants,
  productCompiler,
  type Random,
  runDifferential,
  seedOf,
  segmentMutants,
  shrinkDisagreement,
  tableMutants,
} from "@ringfence/policy/testing";
import { KernelJudge } from "../testing/kernel-judge.js";

const OBJECT = fileURLToPath(new URL("../../../../bpf/build/verdict-test.bpf.o", import.meta.url));
const seed = seedOf(process.env);
const kernelJudge = new KernelJudge(OBJECT);
after(() => kernelJudge[Symbol.dispose]());
const kernel: Judge = (compiled, questions) => kernelJudge.ask(compiled, questions);

type Options = Omit<DifferentialOptions, "seed" | "judge">;

/** Compares kernel and reference, and fails with a small policy and one line that ask again. */
function assertAgreement(t: TestContext, options: Options, judge = kernel): number {
  const { pairs, disagreement } = runDifferential({ seed, judge, ...options });
  t.diagnostic(`${pairs} pairs, seed ${seed}`);
  if (disagreement !== null) {
    assert.fail(describeDisagreement(shrinkDisagreement(disagreement, { judge })));
  }
  return pairs;
}

test("the kernel's verdict is the reference evaluator's on 100,000 random policies and flows", (t) => {
  assert.equal(assertAgreement(t, { policies: 200, flowsPerPolicy: 500 }), 100_000);
});

test("the kernel agrees on 100,000 policies with names, flows to addresses that have names, and queries", (t) => {
  assert.equal(assertAgreement(t, { policies: 200, flowsPerPolicy: 500, withNames: true }), 100_000);
});

test("the kernel agrees on policies that are loaded with no more than each of them needs", (t) => {
  using alone = new KernelJudge(OBJECT, false);
  assertAgreement(t, { policies: 40, flowsPerPolicy: 100 }, (compiled, questions) =>
    alone.ask(compiled, questions),
  );
  assertAgreement(t, { policies: 40, flowsPerPolicy: 100, withNames: true }, (compiled, questions) =>
    alone.ask(compiled, questions),
  );
});

test("the kernel agrees on a policy of 60,000 prefixes, with more than 65,536 classes of addresses", (t) => {
  const makeProfiles = (random: Random) =>
    largeProfiles(random, { rules: 1000, prefixesPerRule: 60, users: 8 });
  assertAgreement(t, { policies: 1, flowsPerPolicy: 2000, makeProfiles });
});

test("the kernel agrees on a policy of 10,000 rules", (t) => {
  const makeProfiles = (random: Random) =>
    largeProfiles(random, { rules: 9500, prefixesPerRule: 1, users: 0 });
  assertAgreement(t, { policies: 1, flowsPerPolicy: 1000, makeProfiles });
});

test("the kernel agrees on a policy of 5,000 rules of which half list names", (t) => {
  const makeProfiles = (random: Random) =>
    largeProfiles(random, { rules: 5000, prefixesPerRule: 1, users: 0 });
  assertAgreement(t, { policies: 1, flowsPerPolicy: 3000, makeProfiles, withNames: true });
});

test("the kernel agrees at every border of words and blocks of 10,000 bits that hide one another", () => {
  const { profiles, questions } = combOf(10_000);
  const difference = compareAnswers(profiles, questions, { judge: kernel });
  assert.equal(difference, null);
});

for (const [withNames, mutants] of [
  [false, { ...tableMutants, ...segmentMutants }],
  [true, nameTableMutants],
] as const) {
  for (const [name, mutate] of Object.entries(mutants)) {
    test(`the comparison with the kernel catches tables in which ${name}`, (t) => {
      const compiler: Compiler = (profiles) => mutate(productCompiler(profiles));
      const options = { seed, policies: 25, flowsPerPolicy: 200, compiler, judge: kernel, withNames };
      const { pairs, disagreement } = runDifferential(options);
      assert.notEqual(disagreement, null, `not within ${pairs} pairs`);
      t.diagnostic(`caught by pair ${pairs}: ${name}`);
    });
  }
}

for (const [name, mutate] of Object.entries(largeTableMutants)) {
  test(`the comparison of large policies with the kernel catches tables in which ${name}`, (t) => {
    const { pairs, disagreement } = runDifferential({
      seed,
      policies: 2,
      flowsPerPolicy: 2000,
      makeProfiles: (random) => largeProfiles(random, { rules: 1000, prefixesPerRule: 4, users: 4 }),
      compiler: (profiles) => mutate(productCompiler(profiles)),
      judge: kernel,
    });
    assert.notEqual(disagreement, null, `not within ${pairs} pairs`);
    t.diagnostic(`caught by pair ${pairs}: ${name}`);
  });
}
