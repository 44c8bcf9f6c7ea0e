import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { Cgroup2 } from "@ringfence/kernel";
import { RingfenceError } from "@ringfence/model";
import { policyYaml, Random, randomProfiles } from "@ringfence/policy/testing";
import { compileApart } from "./compile-apart.js";
import { compilePolicy, type RunPolicy, summaryOf } from "./compile-policy.js";
import { PolicyErrors } from "./policy-errors.js";
import type { PolicyOrder } from "./policy-handover.js";
import type { PolicyOptions } from "./policy-options.js";

const nothing: PolicyOptions = {
  allow: [],
  deny: [],
  default: null,
  allowFrom: [],
  listen: [],
  policyFiles: [],
  mode: null,
};

const encoder = new TextEncoder();
const file = (name: string, text: string) => ({ file: name, bytes: encoder.encode(text) });

function policyOf(rules: readonly string[]): string {
  const list = rules.map((rule) => `      - ${rule}`).join("\n");
  return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: p }
spec:
  mode: enforce
  egress:
    default: deny
    rules:
${list}
`;
}

const manyRules = Array.from(
  { length: 20_000 },
  (_, i) => `allow: { process: { uid: ${i} }, to: ["10.${i >> 8}.${i & 255}.0/24"] }`,
);

async function both({ files, options }: Omit<PolicyOrder, "kind">): Promise<readonly [unknown, unknown]> {
  using cgroups = Cgroup2.open();
  const outcome = async (policy: Promise<RunPolicy>) => policy.catch((error: unknown) => error);
  return [
    await outcome(compilePolicy(files, options, cgroups)),
    await outcome(compileApart({ files, options })),
  ];
}

/** The process that compiles for this one. */
async function compiler(): Promise<number> {
  const children = `/proc/${process.pid}/task/${process.pid}/children`;
  for (;;) {
    for (const pid of readFileSync(children, "utf8").split(" ").filter(Boolean)) {
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("policy-compiler")) return Number(pid);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const saved = process.env["NODE_OPTIONS"];
afterEach(() => {
  if (saved === undefined) delete process.env["NODE_OPTIONS"];
  else process.env["NODE_OPTIONS"] = saved;
});

test("compileApart gives the tables and the summary that compilePolicy does", async () => {
  const random = new Random(11);
  for (let round = 0; round < 5; round++) {
    const files = [
      file("one.yaml", policyYaml(randomProfiles(random))),
      file("two.yaml", policyOf(["deny: { to: any }"])),
    ];
    const options = { ...nothing, allow: ["10.0.0.1:80"], default: "deny", mode: "audit" } as const;
    const [here, apart] = (await both({ files, options })) as [RunPolicy, RunPolicy];
    assert.ok(here.compiled.rowCount > 2, String(here));
    assert.deepEqual(apart.compiled, here.compiled);
    assert.deepEqual(summaryOf(apart), summaryOf(here));
  }
});

test("compileApart throws every error that compilePolicy does, with its place", async () => {
  const broken = [
    [
      file(
        "a.yaml",
        policyOf(["allow: { to: [nowhere..example] }", "alow: {}", 'deny: { ports: ["70000"] }']),
      ),
    ],
    [file("a.yaml", policyOf([])), file("b.yaml", policyOf([]))],
    [file("a.yaml", "\u0000: [")],
  ];
  for (const files of broken) {
    const [here, apart] = await both({ files, options: nothing });
    assert.ok(here instanceof PolicyErrors && apart instanceof PolicyErrors, String(apart));
    assert.deepEqual(apart.errors, here.errors);
    assert.match(apart.message, /^[ab]\.yaml:\d+:\d+: /);
  }
  const [here, apart] = await both({ files: [], options: { ...nothing, allow: ["nowhere..example"] } });
  assert.ok(apart instanceof RingfenceError && apart.code === "RF_DESTINATION", String(apart));
  assert.deepEqual(apart, here);
});

test("compileApart says that its process was killed", async () => {
  const compiling = compileApart({ files: [file("a.yaml", policyOf(manyRules))], options: nothing });
  process.kill(await compiler(), "SIGKILL");
  await assert.rejects(compiling, { code: "RF_POLICY_PROCESS", message: /was killed \(SIGKILL\)/ });
});

test("compileApart says that its process ran out of memory", async () => {
  process.env["NODE_OPTIONS"] = "--max-old-space-size=24";
  const compiling = compileApart({ files: [file("a.yaml", policyOf(manyRules))], options: nothing });
  await assert.rejects(compiling, { code: "RF_POLICY_PROCESS", message: /gave up \(SIGABRT\)/ });
});

test("compileApart says which limit keeps the order or the answer from being handed over", () => {
  const module = new URL("./compile-apart.js", import.meta.url).href;
  const compile = `
    const { compileApart } = await import(${JSON.stringify(module)});
    const bytes = new TextEncoder().encode(process.argv[1]);
    await compileApart({ files: [{ file: "a.yaml", bytes }], options: ${JSON.stringify(nothing)} }).then(
      () => console.log("compiled"),
      ({ code, message, hint }) => console.log(code, message, hint),
    );`;
  const under = (kib: number, policy: string) =>
    spawnSync(
      "bash",
      [
        "-c",
        'ulimit -f "$1"; exec "$0" --input-type=module -e "$2" "$3"',
        process.execPath,
        String(kib),
        compile,
        policy,
      ],
      { encoding: "utf8" },
    ).stdout;
  const expected = /^RF_POLICY_PROCESS Cannot compile the policy: .* file of \d+ bytes.*\(ulimit -f\)/;
  const policy = policyOf(manyRules.slice(0, 500));
  assert.match(under(8, policy), expected);
  assert.match(under(Math.ceil(policy.length / 1024) + 8, policy), expected);
  assert.equal(under(100_000, policy), "compiled\n");
});

test("compileApart gives up, and ends its process, when it is told to", async () => {
  const stop = new AbortController();
  const order = { files: [file("a.yaml", policyOf(manyRules))], options: nothing };
  const compiling = compileApart(order, stop.signal);
  const pid = await compiler();
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(compiling, reason);
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  await assert.rejects(compileApart(order, stop.signal), reason);
});
