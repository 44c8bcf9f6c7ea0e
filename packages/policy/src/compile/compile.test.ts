import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, type Peer, type Profile, RingfenceError, type Rule } from "@ringfence/model";
import { evaluate } from "../evaluate/evaluate.js";
import { interpret } from "../interpret/interpret.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { pools } from "../testing/pools.js";
import { Random } from "../testing/random.js";
import { randomFlow, randomProcess } from "../testing/random-facts.js";
import { randomProfiles } from "../testing/random-policy.js";
import { buildCgroupTable, cgroupTableOf } from "./cgroup-table.js";
import { compile } from "./compile.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { limits } from "./limits.js";
import { wideAt, wideWords } from "./wide-words.js";

const location = { file: "p.yaml", line: 9, column: 3 };
const anywhere = { to: null, ports: null, protocols: null };

function profile(rules: readonly Partial<Rule>[], subject: Profile["subject"] = null): Profile {
  const whole = rules.map(
    (rule, i): Rule => ({
      id: `p/egress[${i}]`,
      action: "deny",
      mode: "enforce",
      process: null,
      destination: anywhere,
      location,
      ...rule,
    }),
  );
  const silence = { ingress: null, listen: null, unattributed: null, names: null, dns: null };
  return { name: "p", mode: "enforce", subject, egress: { default: "deny", rules: whole }, ...silence };
}

function bitsOf(compiled: CompiledPolicy, row: number): readonly number[] {
  const size = compiled.blockCount * 256;
  const bytes = compiled.rows.subarray(row * size, (row + 1) * size);
  return [...bytes].flatMap((byte, i) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((b) => (byte >> b) & 1).map((b) => i * 8 + b),
  );
}

function compileOne(...args: Parameters<typeof profile>): CompiledPolicy {
  return compile([profile(...args)], { workloads: [] });
}

test("compile of nothing has one block, a full and an empty row, and allows", () => {
  const compiled = compile([], { workloads: [] });
  assert.equal(compiled.blockCount, 1);
  assert.equal(compiled.rows.length, compiled.rowCount * 256);
  assert.ok(compiled.rowCount >= 2);
  assert.equal(compiled.exe.automaton, null);
  const random = new Random(1);
  assert.equal(interpret(compiled, randomProcess(random), randomFlow(random)).outcome, "allowed");
});

test("compile numbers bits deny, allow, default deny, default allow, whatever their order in the file", () => {
  const first = profile([{ action: "allow" }, { action: "deny" }]);
  const second: Profile = {
    ...profile([{ id: "q/egress[0]", action: "deny" }]),
    name: "q",
    egress: { default: "allow", rules: [{ ...rule("q/egress[0]"), action: "deny" }] },
  };
  const compiled = compile([second, first], { workloads: [] });
  assert.deepEqual(
    compiled.bits.map(({ ruleId }) => ruleId),
    [
      ...["q/egress[0]", "p/egress[1]", "p/egress[0]", "p/egress.default", "q/egress.default"],
      ...["q/ingress.default", "q/listen.default", "p/ingress.default", "p/listen.default"],
    ],
  );
  assert.deepEqual(bitsOf(compiled, 0), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(bitsOf(compiled, 1), []);
});

function rule(id: string): Rule {
  return { id, action: "deny", mode: "enforce", process: null, destination: anywhere };
}

test("compile gives a rule one bit for each pair of subject and process item", () => {
  const compiled = compileOne(
    [{ process: [{ uid: [{ from: 1, to: 1 }] }, { gid: [{ from: 2, to: 2 }] }] }],
    [{ comm: ["a"] }, { comm: ["b"] }, { comm: ["c"] }],
  );
  assert.equal(compiled.bits.length, 2 * 3 + 3 * 3);
});

test("compile gives each bit to one direction", () => {
  for (let seed = 0; seed < 50; seed++) {
    const compiled = compile(randomProfiles(new Random(seed)), { workloads: [] });
    const rows = Object.values(compiled.directionRows).flatMap((row) => bitsOf(compiled, row));
    assert.deepEqual(
      rows.toSorted((a, b) => a - b),
      [...compiled.bits.keys()],
    );
  }
});

test("compile keeps what listen allows, and defaults of directions, in the order of all bits", () => {
  const ports = [{ from: 80, to: 80, protocol: null }];
  const one: Profile = {
    ...profile([{ action: "allow" }], [{ host: true }]),
    ingress: { default: "deny", rules: [{ ...rule("p/ingress[0]"), action: "deny" }] },
    listen: { ports },
    unattributed: { action: "allow" },
  };
  const { bits, segments } = compile([one], { workloads: [] });
  assert.deepEqual(
    bits.map(({ ruleId }) => ruleId),
    [
      ...["p/ingress[0]", "p/egress[0]", "p/listen"],
      ...["p/egress.default", "p/ingress.default", "p/listen.default", "p/unattributed"],
    ],
  );
  assert.deepEqual(segments, { denyEnd: 1, allowEnd: 3, defaultDenyEnd: 6 });
});

test("compile keeps audited bits out of the enforced row and off profiles out of all", () => {
  const compiled = compileOne([{ mode: "audit" }, {}]);
  assert.deepEqual(bitsOf(compiled, compiled.enforcedRow), [1, 2, 3, 4]);
  assert.equal(compiled.bits[0]?.audit, true);
  assert.equal(compile([{ ...profile([{}]), mode: "off" }], { workloads: [] }).bits.length, 0);
});

test("compile gives tables that begin at 0 and ascend", () => {
  for (let seed = 0; seed < 50; seed++) {
    const compiled = compile(randomProfiles(new Random(seed)), { workloads: [] });
    for (const { starts, rows } of [compiled.uid, compiled.gid, compiled.v4, compiled.tcp, compiled.udp]) {
      assert.equal(starts[0], 0);
      assert.equal(starts.length, rows.length);
      assert.ok(starts.every((start, i) => i === 0 || start > (starts[i - 1] ?? 0)));
    }
    const wide = Array.from(compiled.v6.rows, (_, i) => wideAt(compiled.v6.starts, i));
    assert.equal(wide[0], 0n);
    assert.equal(compiled.v6.starts.length, wideWords * wide.length);
    assert.ok(wide.every((start, i) => i === 0 || start > (wide[i - 1] ?? 0n)));
    assert.equal(compiled.rows.length, compiled.rowCount * compiled.blockCount * 256);
  }
});

test("compile gives the same revision for the same policy and another for a changed one", () => {
  const text = (to: string, pad: string) =>
    `${pad}apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\n` +
    `spec: { mode: enforce, egress: { default: deny, rules: [{ allow: { to: "${to}" } }] } }`;
  const revision = (to: string, pad = "") =>
    compile(parsePolicy(text(to, pad), `${pad}f`, fixedResolver).profiles, { workloads: [] }).revision;
  assert.match(revision("10.0.0.0/8"), /^[0-9a-f]{16}$/);
  assert.equal(revision("10.0.0.0/8"), revision("10.0.0.0/8", "# moved\n"));
  const others = ["10.0.0.0/9", "10.128.0.0/9", "11.0.0.0/8", "fd00::/8", "fd00::/9", "any"];
  assert.equal(new Set([...others, "10.0.0.0/8"].map((to) => revision(to))).size, others.length + 1);
});

test("compile of more than one block agrees with evaluate", () => {
  const random = new Random(11);
  const profiles = Array.from({ length: 1000 }, (_, i) =>
    randomProfiles(random).map((one, j) => ({
      ...one,
      name: `p${i}-${j}`,
      // Spread out by uid, or the first deny of all would decide everything.
      subject: [
        { uid: [{ from: (i * 7919) % 3000, to: (i * 7919) % 3000 }] },
        ...(i > 998 ? (one.subject ?? []) : []),
      ],
      egress: one.egress && {
        ...one.egress,
        rules: one.egress.rules.map((r, k) => ({ ...r, id: `p${i}-${j}/egress[${k}]` })),
      },
    })),
  ).flat();
  const compiled = compile(profiles, { workloads: pools.workloads });
  assert.ok(compiled.blockCount >= 3, `${compiled.blockCount} blocks`);
  const decidingBlocks = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    const process = { ...randomProcess(random), uid: (random.below(1000) * 7919) % 3000 };
    const flow = randomFlow(random);
    const actual = interpret(compiled, process, flow);
    assert.deepEqual(actual, evaluate(profiles, process, flow));
    decidingBlocks.add(
      Math.floor(compiled.bits.findIndex(({ ruleId }) => ruleId === actual.shadow.rule?.ruleId) / 2048),
    );
  }
  assert.ok(decidingBlocks.size >= 3, [...decidingBlocks].join());
});

function refusal(make: () => unknown): RingfenceError {
  try {
    make();
  } catch (error) {
    if (error instanceof RingfenceError) return error;
    throw error;
  }
  return assert.fail("nothing was refused");
}

test("compile refuses what does not fit, with number, limit and place", () => {
  const ancestors = Array.from({ length: 65 }, (_, i) => ({ process: [{ ancestor: [`/a${i}`] }] }));
  const tooManyAncestors = refusal(() => compileOne(ancestors));
  assert.match(
    tooManyAncestors.format(),
    /^p\.yaml:9:3: The policy needs 65 distinct ancestor patterns, the limit is 64/,
  );
  assert.equal(compileOne(ancestors.slice(1)).ancestors.count, 64);
  const items = Array.from({ length: 257 }, (_, i) => ({ uid: [{ from: i, to: i }] }));
  const tooManyBits = refusal(() => compileOne([{ process: items }], items));
  assert.equal(tooManyBits.code, "RF_POLICY_LIMIT");
  assert.match(tooManyBits.message, /65537 .* 65536/);
});

test("compile refuses two profiles of one name", () => {
  const error = refusal(() => compile([profile([]), { ...profile([]), location }], { workloads: [] }));
  assert.equal(error.code, "RF_POLICY_DUPLICATE_NAME");
  assert.equal(error.location, location);
});

test("compile tells rules from defaults, also where they share an action and a name", () => {
  const { segments } = compile([profile([{}, { id: "p/egress.default" }])], { workloads: [] });
  assert.deepEqual(segments, { denyEnd: 2, allowEnd: 2, defaultDenyEnd: 3 });
  const allowed = compile([profile([{ action: "allow" }])], { workloads: [] });
  assert.deepEqual(allowed.segments, { denyEnd: 0, allowEnd: 1, defaultDenyEnd: 2 });
});

function compileText(spec: string): CompiledPolicy {
  const text = `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\nspec: { mode: enforce, ${spec} }`;
  const { profiles, errors } = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  return compile(profiles, { workloads: [] });
}

test("compile gives each name a row that knows the wildcards above it", () => {
  const rules = [
    "a.x.example",
    '"*.x.example"',
    '"*.example"',
    '[a.x.example, "*.example"]',
    "other.test",
    "any",
  ];
  const compiled = compileText(
    `egress: { default: deny, rules: [${rules.map((to) => `{ deny: { to: ${to} } }`).join()}] }, dns: { queries: allow }`,
  );
  const { entries, anywhereRow } = compiled.names;
  assert.deepEqual(
    entries.map(({ name, wildcard, row }) => [name, wildcard, bitsOf(compiled, row)]),
    [
      ["a.x.example", false, [0, 1, 2, 3]],
      ["example", true, [2, 3]],
      ["other.test", false, [4]],
      ["x.example", true, [1, 2, 3]],
    ],
  );
  assert.deepEqual(bitsOf(compiled, anywhereRow), [5, 6, 7, 8]);
});

test("compile keeps the longest grace and every resolver of the profiles that count", () => {
  const spec = (name: string, rest: string) =>
    `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: ${name} }\nspec: { egress: { default: deny }, ${rest} }\n`;
  const text = [
    spec("a", "mode: enforce, names: { grace: 5m }, dns: { resolvers: [10.0.0.1, 10.0.0.2] }"),
    spec("b", "mode: audit, names: { grace: 1m }, dns: { resolvers: [10.0.0.2, 'fd00::1'] }"),
    spec("c", "mode: off, names: { grace: 1h }, dns: { resolvers: 10.0.0.3 }"),
  ].join("---\n");
  const { profiles } = parsePolicy(text, "p.yaml", fixedResolver);
  const { graceSeconds, resolvers } = compile(profiles, { workloads: [] }).names;
  assert.equal(graceSeconds, 300);
  assert.deepEqual(resolvers.map(formatAddress), ["10.0.0.1", "10.0.0.2", "fd00::1"]);
});

test("compile has no bit about queries where no profile guards them", () => {
  const of = (spec: string) => {
    const compiled = compileText(spec);
    return bitsOf(compiled, compiled.directionRows.query).map((bit) => compiled.bits[bit]?.ruleId);
  };
  assert.deepEqual(
    of("egress: { default: deny, rules: [{ allow: { to: any } }, { deny: { to: [any, 10.0.0.1] } }] }"),
    [],
  );
  assert.deepEqual(of("egress: { default: allow, rules: [{ deny: { to: a.example } }] }"), ["p/egress[0]"]);
  assert.deepEqual(
    of("egress: { default: deny, rules: [{ allow: { to: a.example } }, { deny: { ports: 1 } }] }"),
    ["p/egress[0]", "p/dns.queries"],
  );
});

test("compile refuses more names than fit, and says where they become too many", () => {
  const to = Array.from(
    { length: limits.names + 1 },
    (_, i): Peer => ({
      kind: "name",
      pattern: { name: `n${i}.example`, wildcard: false },
    }),
  );
  assert.throws(() => compileOne([{ destination: { ...anywhere, to } }]), {
    code: "RF_POLICY_LIMIT",
    message: /65537 different names/,
    location,
  });
});

test("compile gives a policy the same revision whatever runs on the host, and another for another container", () => {
  const revision = (name: string, workloads: Parameters<typeof compile>[1]["workloads"]) =>
    compile([profile([], [{ container: { name: [name] } }])], { workloads }).revision;
  assert.equal(revision("billing", pools.workloads), revision("billing", []));
  assert.notEqual(revision("billing", []), revision("shop", []));
});

test("a policy's table of cgroups, made anew for what runs now, is the one that it would have been compiled with", () => {
  const random = new Random(19);
  for (let round = 0; round < 200; round++) {
    const profiles = randomProfiles(random);
    const wanted = cgroupTableOf(compile(profiles, { workloads: pools.workloads }));
    const { cgroup, cgroupConditions } = compile(profiles, { workloads: [] });
    const table = buildCgroupTable(
      structuredClone(cgroupConditions),
      { workloads: pools.workloads },
      cgroup.firstRow,
    );
    assert.deepEqual(table, wanted);
  }
});

test("compile knows a container by the outermost, and by one in a new cgroup", () => {
  const facts = { id: null, image: null, labels: null };
  const workloads = [
    { cgroup: "/a", container: { ...facts, name: "outer" } },
    { cgroup: "/a/b", container: { ...facts, name: "inner" } },
    { cgroup: "/new", container: "pending" as const },
    { cgroup: "/new/b", container: { ...facts, name: "inner" } },
  ];
  const { cgroup } = compile([profile([], [{ container: { name: ["inner"] } }])], { workloads });
  const rowOf = (wanted: string) => cgroup.entries.find(({ path }) => path === wanted)?.row;
  assert.equal(rowOf("/a/b"), rowOf("/a"));
  assert.notEqual(rowOf("/new/b"), rowOf("/a"));
  assert.equal(rowOf("/a"), cgroup.otherRow);
});
