import assert from "node:assert/strict";
import { test } from "node:test";
import { productCompiler, runDifferential } from "./differential.js";
import { largeProfiles } from "./large-policy.js";
import { nameSourceMutants, nameTableMutants } from "./name-mutants.js";
import type { Compiler } from "./policy-case.js";
import { seedOf } from "./seed.js";
import { sourceMutants } from "./source-mutants.js";
import { largeTableMutants, type TableMutant, tableMutants } from "./table-mutants.js";

const seed = seedOf(process.env);
/** A twelfth of the pairs that `interpret` is compared on. */
const most = { policies: 125, flowsPerPolicy: 40 };

const compilers: Readonly<Record<string, Compiler>> = { ...sourceMutants, ...fromTables(tableMutants) };

const ofNames: Readonly<Record<string, Compiler>> = {
  ...nameSourceMutants,
  ...fromTables(nameTableMutants),
};

for (const [withNames, mutants] of [
  [false, compilers],
  [true, ofNames],
] as const) {
  for (const [name, compiler] of Object.entries(mutants)) {
    test(`the comparison catches a compiler for which ${name}`, (t) => {
      const { pairs, disagreement } = runDifferential({ seed, ...most, compiler, withNames });
      assert.notEqual(disagreement, null, `not within ${pairs} pairs`);
      t.diagnostic(`caught by pair ${pairs}: ${name}`);
    });
  }
}

function fromTables(mutants: Readonly<Record<string, TableMutant>>): Record<string, Compiler> {
  return Object.fromEntries(
    Object.entries(mutants).map(([name, mutate]): [string, Compiler] => [
      `in the tables, ${name}`,
      (profiles) => mutate(productCompiler(profiles)),
    ]),
  );
}

for (const [name, mutate] of Object.entries(largeTableMutants)) {
  test(`the comparison of large policies catches tables in which ${name}`, (t) => {
    const { pairs, disagreement } = runDifferential({
      seed,
      policies: 2,
      flowsPerPolicy: 2000,
      makeProfiles: (random) => largeProfiles(random, { rules: 1000, prefixesPerRule: 4, users: 4 }),
      compiler: (profiles) => mutate(productCompiler(profiles)),
    });
    assert.notEqual(disagreement, null, `not within ${pairs} pairs`);
    t.diagnostic(`caught by pair ${pairs}: ${name}`);
  });
}
