import assert from "node:assert/strict";
import { test } from "node:test";
import { flowFactsOf } from "../flow-text/flow-facts.js";
import { parseFlowLine } from "../flow-text/parse-flow-line.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { policyYaml } from "../write/policy-yaml.js";
import { describeDisagreement, questionLine } from "./describe-disagreement.js";
import {
  compareAnswers,
  type Disagreement,
  productCompiler,
  runDifferential,
  shrinkDisagreement,
} from "./differential.js";
import { fixedResolver } from "./fixed-resolver.js";
import { largeProfiles } from "./large-policy.js";
import type { Compiler } from "./policy-case.js";
import type { Random } from "./random.js";
import { seedOf } from "./seed.js";
import { sourceMutants } from "./source-mutants.js";
import { tableMutants } from "./table-mutants.js";

const seed = seedOf(process.env);

function firstDisagreement(
  compiler: Compiler,
  size: {
    policies: number;
    flowsPerPolicy: number;
    makeProfiles?: (random: Random) => Disagreement["case"]["profiles"];
  },
): Disagreement {
  const { disagreement } = runDifferential({ seed, ...size, compiler });
  assert.ok(disagreement);
  return disagreement;
}

function rulesOf({ case: { profiles } }: Disagreement): number {
  return profiles.reduce((sum, { egress }) => sum + (egress?.rules.length ?? 0), 0);
}

/** Asks again from what is printed: a policy file and a line. */
function differsAgain(found: Disagreement, compiler: Compiler): boolean {
  const { profiles, errors } = parsePolicy(policyYaml(found.case.profiles), "policy.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  const line = parseFlowLine(questionLine(found.case), "flow");
  const process = { ...found.case.process, ...line.process };
  const flow = { direction: "egress" as const, ...flowFactsOf(line) };
  assert.deepEqual({ process, flow }, { process: found.case.process, flow: found.case.flow });
  return compareAnswers(profiles, [{ process, flow }], { compiler }) !== null;
}

test("shrinkDisagreement leaves at most two rules of a random policy that still fail when read from the file", () => {
  for (const [name, compiler] of Object.entries(sourceMutants)) {
    const found = firstDisagreement(compiler, { policies: 125, flowsPerPolicy: 40 });
    const shrunk = shrinkDisagreement(found, { compiler });
    assert.ok(rulesOf(shrunk) <= 2, `${name}:\n${describeDisagreement(shrunk)}`);
    assert.ok(shrunk.case.profiles.length <= 2, name);
    assert.ok(differsAgain(shrunk, compiler), `${name}:\n${describeDisagreement(shrunk)}`);
  }
});

test("shrinkDisagreement finds the one rule that matters among a thousand", () => {
  const compiler: Compiler = (profiles) =>
    tableMutants["IPv4 blocks end one too early"]?.(productCompiler(profiles)) ?? productCompiler(profiles);
  const makeProfiles = (random: Random) =>
    largeProfiles(random, { rules: 1000, prefixesPerRule: 2, users: 0 });
  const found = firstDisagreement(compiler, { policies: 1, flowsPerPolicy: 1000, makeProfiles });
  const shrunk = shrinkDisagreement(found, { compiler });
  assert.equal(rulesOf(shrunk), 1);
  assert.ok(differsAgain(shrunk, compiler));
});

test("describeDisagreement says seed, both answers, the file and the command", () => {
  const compiler = sourceMutants["ports are ignored"] ?? productCompiler;
  const found = firstDisagreement(compiler, { policies: 125, flowsPerPolicy: 40 });
  const text = describeDisagreement(shrinkDisagreement(found, { compiler }));
  assert.match(text, new RegExp(`RINGFENCE_TEST_SEED=${found.seed}\\b`));
  assert.match(text, /^reference: (allow|deny) by .+; with what is audited: (allow|deny) by .+$/m);
  assert.match(text, /^kind: SecurityProfile$/m);
  assert.match(
    text,
    /^node packages\/agent\/dist\/testing\/reproduce\.js policy\.yaml '.*(tcp|udp|icmp) .+'$/m,
  );
});
