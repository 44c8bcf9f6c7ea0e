import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type CompiledPolicy, compile, evaluate } from "@ringfence/policy";
import { pools, Random, randomFlow, randomProcess, randomProfiles } from "@ringfence/policy/testing";
import { askKernel, type JudgedCase } from "../testing/kernel-judge.js";

const OBJECT = fileURLToPath(new URL("../../../../bpf/build/verdict-test.bpf.o", import.meta.url));
const CASES = 500;

/** Returns the number of answers that differ, and the first of them in words. */
function differences(seed: number, mutate: (policy: CompiledPolicy) => CompiledPolicy = (policy) => policy) {
  const random = new Random(seed);
  const profiles = randomProfiles(random);
  const policy = compile(profiles, { containerCgroups: pools.containerCgroups });
  const questions: JudgedCase[] = Array.from({ length: CASES }, (_, index) => ({
    process: randomProcess(random),
    flow: randomFlow(random),
    withoutRow: index % 2 === 1,
  }));
  const answers = askKernel(OBJECT, mutate(policy), questions);
  assert.equal(answers.length, CASES);
  const different = questions.flatMap((question, index) => {
    const { enforced, shadow } = evaluate(profiles, question.process, question.flow);
    const expected = {
      action: enforced.action,
      rule: enforced.rule?.ruleId,
      shadowAction: shadow.action,
      shadowRule: shadow.rule?.ruleId,
    };
    const actual = answers[index];
    const same = JSON.stringify(expected) === JSON.stringify(actual);
    return same ? [] : [{ seed, question, expected, actual }];
  });
  return different;
}

const show = (value: unknown) =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? part.toString() : part), 2);

test("the kernel's verdict is the reference evaluator's on 100,000 random policies and flows", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const [first] = differences(seed);
    assert.equal(first, undefined, `differs with seed ${seed}:\n${show(first)}`);
  }
});

/** Rows of a table with each entry replaced by the one before it. */
const shifted = (rows: Uint32Array) => rows.map((_, index) => rows[Math.max(0, index - 1)] ?? 0);

for (const [what, mutate] of [
  ["an IPv4 range that ends one interval late", (p) => ({ ...p, v4: { ...p.v4, rows: shifted(p.v4.rows) } })],
  [
    "a port range that ends one interval late",
    (p) => ({ ...p, tcp: { ...p.tcp, rows: shifted(p.tcp.rows) } }),
  ],
  ["tcp and udp swapped", (p) => ({ ...p, tcp: p.udp, udp: p.tcp })],
  ["uid and gid swapped", (p) => ({ ...p, uid: p.gid, gid: p.uid })],
  [
    "a bit dropped from every row",
    (p) => ({ ...p, rows: p.rows.map((byte, i) => (i % 64 === 0 ? byte & 0xfe : byte)) }),
  ],
  ["audited rules that enforce", (p) => ({ ...p, enforcedRow: 0 })],
  [
    "ingress and egress swapped",
    (p) => ({
      ...p,
      directionRows: { ...p.directionRows, egress: p.directionRows.ingress, ingress: p.directionRows.egress },
    }),
  ],
  ["an unknown executable taken for a known one", (p) => ({ ...p, exe: { ...p.exe, unknownRow: 0 } })],
] as const satisfies readonly (readonly [string, (policy: CompiledPolicy) => CompiledPolicy])[]) {
  test(`the comparison notices ${what}`, () => {
    const found = Array.from({ length: 40 }, (_, seed) => differences(seed + 1, mutate).length);
    assert.ok(found.some((count) => count > 0));
  });
}
