import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action, ProcessCondition, Profile, Rule } from "@ringfence/model";
import { evaluate } from "../evaluate/evaluate.js";
import type { ProcessFacts } from "../evaluate/facts.js";
import { flowFactsOf } from "../flow-text/flow-facts.js";
import { parseFlowLine } from "../flow-text/parse-flow-line.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { Random } from "../testing/random.js";
import { randomFlow, randomProcess } from "../testing/random-facts.js";
import { withRandomLiveNames, withRandomNames } from "../testing/random-names.js";
import { randomProfiles } from "../testing/random-policy.js";
import type { RuleRef } from "../verdict.js";
import { explain } from "./explain.js";
import type { Explanation, Mismatch, RuleExplanation, Sight } from "./explanation.js";

/** Explains random flows under random policies, with or without names. */
function* randomCases(seed: number, policies: number, withNames = false) {
  for (let policy = 0; policy < policies; policy++) {
    const random = new Random(seed + policy);
    const plain = randomProfiles(random);
    const profiles = withNames ? withRandomNames(random, plain) : plain;
    for (let i = 0; i < 20; i++) {
      const process = randomProcess(random);
      const unnamed = randomFlow(random);
      const flow = withNames ? withRandomLiveNames(random, unnamed) : unnamed;
      yield { profiles, process, flow, explanation: explain(profiles, process, flow) };
    }
  }
}

const entriesOf = ({ profiles }: Explanation) => profiles.flatMap(({ rules }) => rules);

/** The order in which rules and defaults decide, over all profiles. */
function inDecidingOrder(entries: readonly RuleExplanation[]): readonly RuleExplanation[] {
  const rank = ({ isDefault, ref }: RuleExplanation) => (isDefault ? 2 : 0) + (ref.action === "deny" ? 0 : 1);
  return entries.toSorted((a, b) => rank(a) - rank(b));
}

test("explain has the verdict of evaluate, and names the rule that decided it", () => {
  for (const { profiles, process, flow, explanation } of [
    ...randomCases(1, 500),
    ...randomCases(1, 500, true),
  ]) {
    const expected = evaluate(profiles, process, flow);
    assert.deepEqual(explanation.evaluation, expected);
    for (const sight of ["enforced", "shadow"] as const) {
      const deciding = entriesOf(explanation).filter(({ decides }) => decides.includes(sight));
      const refs = expected[sight].rule === null ? [] : [expected[sight].rule];
      assert.deepEqual(
        deciding.map(({ ref }) => ref),
        refs,
      );
      assert.ok(deciding.every(({ mismatches }) => mismatches.length === 0));
    }
  }
});

test("explain finds the deciding rule to be the first that nothing rules out", () => {
  for (const { explanation } of randomCases(10_000, 500)) {
    const open = inDecidingOrder(entriesOf(explanation)).filter(({ mismatches }) => mismatches.length === 0);
    const first = (sight: Sight): RuleRef | null =>
      open.find(({ ref }) => sight === "shadow" || !ref.audit)?.ref ?? null;
    assert.deepEqual(first("enforced"), explanation.evaluation.enforced.rule);
    assert.deepEqual(first("shadow"), explanation.evaluation.shadow.rule);
  }
});

test("explain names all keys that keep a rule or a subject out: without them it matches", () => {
  const tried = { rules: 0, subjects: 0 };
  for (const { profiles, process, flow, explanation } of randomCases(20_000, 200)) {
    for (const [index, { profile, subject, rules }] of explanation.profiles.entries()) {
      const replace = (changed: Profile) => profiles.with(index, changed);
      if (subject.length > 0) {
        const wider = withoutKeys(profile.subject, subject, "subject");
        const again = explain(replace({ ...profile, subject: wider }), process, flow).profiles[index];
        assert.deepEqual(again?.subject, []);
        tried.subjects++;
      }
      for (const { ref, mismatches } of rules.filter((rule) => rule.mismatches.length > 0)) {
        // What listen lists is no rule of the file, and nothing but its ports can rule it out.
        if (mismatches.some(({ key }) => key === "listen")) continue;
        const changed = explain(replace(withoutMismatches(profile, ref.ruleId, mismatches)), process, flow);
        const entry = changed.profiles[index]?.rules.find((rule) => rule.ref.ruleId === ref.ruleId);
        assert.deepEqual(entry?.mismatches, [], ref.ruleId);
        tried.rules++;
      }
    }
  }
  assert.ok(tried.rules > 1000 && tried.subjects > 100, JSON.stringify(tried));
});

test("explain says of a rule that matches and does not decide what did", () => {
  for (const { explanation } of [...randomCases(30_000, 300), ...randomCases(30_000, 300, true)]) {
    const { enforced, shadow } = explanation.evaluation;
    for (const { ref, mismatches, decides, overruledBy } of entriesOf(explanation)) {
      const sights = ref.audit ? [shadow] : [enforced, shadow];
      const others = sights.flatMap(({ rule }) =>
        rule === null || rule.ruleId === ref.ruleId ? [] : [rule],
      );
      if (mismatches.length > 0) assert.deepEqual([decides, overruledBy], [[], []], ref.ruleId);
      else
        assert.deepEqual(new Set(overruledBy.map((by) => by.ruleId)), new Set(others.map((by) => by.ruleId)));
    }
  }
});

function withoutMismatches(profile: Profile, ruleId: string, mismatches: readonly Mismatch[]): Profile {
  const change = (rule: Rule): Rule => {
    if (rule.id !== ruleId) return rule;
    const keys = mismatches.filter(({ part }) => part === "destination").map(({ key }) => key);
    const { to, ports, protocols } = rule.destination;
    return {
      ...rule,
      process: withoutKeys(rule.process, mismatches, "process"),
      destination: {
        to: keys.includes("to") || keys.includes("from") ? null : to,
        ports: ["ports", "localPorts", "listen"].some((key) => keys.includes(key as Mismatch["key"]))
          ? null
          : ports,
        protocols: keys.includes("protocol") ? null : protocols,
      },
    };
  };
  return {
    ...profile,
    subject: withoutKeys(profile.subject, mismatches, "subject"),
    egress: profile.egress && { ...profile.egress, rules: profile.egress.rules.map(change) },
    ingress: profile.ingress && { ...profile.ingress, rules: profile.ingress.rules.map(change) },
  };
}

function withoutKeys(
  items: readonly ProcessCondition[] | null,
  mismatches: readonly Mismatch[],
  part: Mismatch["part"],
): readonly ProcessCondition[] | null {
  if (items === null) return null;
  return items.map((condition, index) => {
    const gone = mismatches.filter(
      (mismatch) => mismatch.part === part && (mismatch.item === null || mismatch.item === index),
    );
    return Object.fromEntries(
      Object.entries(condition).filter(([key]) => !gone.some((one) => one.key === key)),
    );
  });
}

const known = "exe=/usr/bin/curl comm=curl uid=1000 gid=100 cgroup=/a/b container=no ancestor=/usr/bin/make";

/** What each rule of one profile is, in deciding order: "decides", who overruled it, or the reasons against it. */
function standings(spec: string, line: string): readonly string[] {
  const [profile] = explainSpec(spec, line).profiles;
  return (profile?.rules ?? []).map(({ ref, mismatches, decides, overruledBy }) => {
    const reasons = mismatches.map(({ part, item, reason }) => `${part}${item ?? ""}: ${reason}`);
    const after = overruledBy.map(({ ruleId }) => `after ${ruleId}`);
    return [ref.ruleId, ...decides, ...after, ...reasons].join("; ");
  });
}

function explainSpec(spec: string, line: string): Explanation {
  const text = `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\nspec: ${spec}\n`;
  const { profiles, errors } = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  const read = parseFlowLine(line, "line");
  return explain(profiles, read.process as ProcessFacts, flowFactsOf(read));
}

const rules = (action: Action, ...texts: readonly string[]) =>
  `{ mode: enforce, egress: { default: ${action}, rules: [${texts.join()}] } }`;

test("explain puts denies before allows and the default last", () => {
  const spec = rules("deny", "{ name: a, allow: { to: any } }", "{ name: d, deny: { to: 10.0.0.1 } }");
  assert.deepEqual(standings(spec, `${known} tcp 10.0.0.1:443`), [
    "p/d; enforced; shadow",
    "p/a; after p/d",
    "p/egress.default; after p/d",
  ]);
});

test("explain tells the two verdicts apart", () => {
  const spec = rules(
    "deny",
    "{ name: a, allow: { to: any } }",
    "{ name: d, mode: audit, deny: { to: any } }",
  );
  assert.deepEqual(standings(spec, `${known} tcp 10.0.0.1:443`), [
    "p/d; shadow",
    "p/a; enforced; after p/d",
    "p/egress.default; after p/a; after p/d",
  ]);
});

const reasons: readonly (readonly [body: string, flow: string, expected: string])[] = [
  ["process: { uid: 0 }", "tcp 10.0.0.1:443", "process: uid 1000 is not 0"],
  ['process: { uid: [0, "5-9"] }', "tcp 10.0.0.1:443", "process: uid 1000 is in none of 0, 5-9"],
  ["process: { gid: 0 }", "tcp 10.0.0.1:443", "process: gid 100 is not 0"],
  ["process: { exe: /bin/a }", "tcp 10.0.0.1:443", "process: exe /usr/bin/curl is not /bin/a"],
  ["process: { exe: /bin/* }", "tcp 10.0.0.1:443", "process: exe /usr/bin/curl does not match /bin/*"],
  ["process: { exe: [/a, /b] }", "tcp 10.0.0.1:443", "process: exe /usr/bin/curl matches none of /a, /b"],
  ["process: { comm: wget }", "tcp 10.0.0.1:443", 'process: comm "curl" is not "wget"'],
  ["process: { cgroup: /a/bc }", "tcp 10.0.0.1:443", "process: cgroup /a/b is not in /a/bc"],
  ["process: { ancestor: /x }", "tcp 10.0.0.1:443", "process: ancestor /usr/bin/make is not /x"],
  ["to: 10.0.0.2", "tcp 10.0.0.1:443", "destination: 10.0.0.1 is not 10.0.0.2"],
  ["to: 10.1.0.0/16", "tcp 10.0.0.1:443", "destination: 10.0.0.1 is not in 10.1.0.0/16"],
  ["to: localhost", "tcp 10.0.0.1:443", "destination: 10.0.0.1 is not in localhost"],
  ["to: [10.0.0.2, private]", "tcp 8.8.8.8:443", "destination: 8.8.8.8 is in none of 10.0.0.2, private"],
  ["to: 10.0.0.2", "tcp 0.0.0.0:443", "destination: 127.0.0.1 (written 0.0.0.0) is not 10.0.0.2"],
  [
    "to: 10.0.0.2",
    "tcp [64:ff9b::a00:1]:443",
    "destination: 64:ff9b::10.0.0.1 (which reaches 10.0.0.1) is not 10.0.0.2",
  ],
  ["ports: 80", "tcp 10.0.0.1:443", "destination: port 443 is not 80"],
  ['ports: [80, "8000-9000"]', "tcp 10.0.0.1:443", "destination: port 443 is in none of 80, 8000-9000"],
  ["ports: 443/udp", "tcp 10.0.0.1:443", "destination: port 443/tcp is not 443/udp"],
  ["ports: 443/sctp", "tcp 10.0.0.1:443", "destination: port 443/tcp is not 443/sctp"],
  ["protocol: tcp", "sctp 10.0.0.1:443", "destination: protocol sctp is not tcp"],
  ["ports: 443", "icmp 10.0.0.1", "destination: protocol icmp has no port"],
  ["protocol: udp", "tcp 10.0.0.1:443", "destination: protocol tcp is not udp"],
];

for (const [body, flow, expected] of reasons) {
  test(`explain says of { ${body} } why ${flow} is not meant`, () => {
    const [rule] = standings(rules("deny", `{ name: r, allow: { ${body} } }`), `${known} ${flow}`);
    assert.equal(rule, `p/r; ${expected}`);
  });
}

test("explain weighs the rules of the flow's direction, with the keys that they have there", () => {
  const spec =
    "{ mode: enforce, egress: { default: deny }, ingress: { default: deny, rules: [{ name: r, allow: { from: 10.0.0.0/8, localPorts: 80 } }] }, listen: [80, 90/tcp] }";
  const flow = "ingress tcp 11.0.0.1:5 -> :81";
  assert.deepEqual(standings(spec, `${known} ${flow}`), [
    "p/r; destination: local port 81 is not 80; destination: 11.0.0.1 is not in 10.0.0.0/8",
    "p/ingress.default; enforced; shadow",
  ]);
  const [profile] = explainSpec(spec, `${known} ${flow}`).profiles;
  assert.deepEqual(
    profile?.rules[0]?.mismatches.map(({ key }) => key),
    ["localPorts", "from"],
  );
  assert.deepEqual(standings(spec, `${known} listen tcp :81`), [
    "p/listen; destination: local port 81/tcp is in none of 80, 90/tcp",
    "p/listen.default; enforced; shadow",
  ]);
  assert.deepEqual(standings(spec, `${known} listen tcp :80`), [
    "p/listen; enforced; shadow",
    "p/listen.default; after p/listen",
  ]);
});

test("explain asks of traffic of no process only profiles that speak of it, whatever their subject", () => {
  const spec = (more: string) =>
    `{ mode: enforce, subject: { host: true }, egress: { default: deny }${more} }`;
  const flow = `${known.replace("container=no", "container=yes")} unattributed tcp 10.0.0.9 -> :80`;
  assert.deepEqual(standings(spec(", unattributed: deny"), flow), ["p/unattributed; enforced; shadow"]);
  const silent = explainSpec(spec(""), flow);
  assert.deepEqual([silent.profiles[0]?.subject, silent.profiles[0]?.rules], [[], []]);
});

test("explain cuts a long list and says by how many", () => {
  const to = Array.from({ length: 100 }, (_, i) => `10.1.0.${i}`).join();
  const [rule] = standings(rules("deny", `{ name: r, allow: { to: [${to}] } }`), `${known} tcp 10.0.0.1:443`);
  assert.match(rule ?? "", /10\.1\.0\.7 and 92 more$/);
});

test("explain says when a path matches and is not believed", () => {
  const flow = "tcp 10.0.0.1:443";
  const first = (body: string, facts: string) =>
    standings(
      rules("deny", `{ name: r, allow: { ${body} } }`),
      `comm=a uid=1 gid=1 cgroup=/ container=yes ${facts} ${flow}`,
    )[0];
  const exe = "process: { exe: /usr/bin/curl }";
  assert.match(first(exe, "exe=/usr/bin/curl trusted=no ancestor=none") ?? "", /curl is not trusted/);
  assert.match(
    first(exe, "exe=/usr/bin/wget trusted=no ancestor=none") ?? "",
    /wget is not \/usr\/bin\/curl/,
  );
  assert.match(first(exe, "exe=unknown ancestor=none") ?? "", /exe is unknown/);
  const ancestor = "process: { ancestor: /a }";
  assert.match(first(ancestor, "exe=/b ancestor=none") ?? "", /no ancestor is \/a: there is none/);
  assert.match(
    first(ancestor, "exe=/b ancestor=/a trusted=no") ?? "",
    /only ancestors with an unknown or untrusted/,
  );
  assert.match(
    first(ancestor, "exe=/b ancestor=/c ancestor=/d") ?? "",
    /none of the ancestors \/c, \/d is \/a/,
  );
  assert.match(first("process: { host: true }", "exe=/b ancestor=none") ?? "", /in a container/);
  const inContainer = (condition: string, facts: string) =>
    first(`process: { container: ${condition} }`, `exe=/b ancestor=none ${facts}`) ?? "";
  assert.equal(
    inContainer("{ name: [a, b], image: x }", "name=c image=x"),
    "p/r; process: container: name c matches none of a, b",
  );
  assert.equal(
    inContainer("{ name: a*, label: { app: web } }", 'name=b image="" label=none'),
    "p/r; process: container: name b does not match a*; it has no label app",
  );
  assert.match(inContainer("{ image: x }", "name=b"), /its image is unknown, and an allow needs to know/);
  assert.match(first("process: { unit: a.service }", "exe=/b ancestor=none") ?? "", /\/ is in no unit/);
});

test("explain gives the keys of each alternative", () => {
  const [rule] = standings(
    rules("deny", "{ name: r, allow: { process: [{ uid: 0 }, { gid: 0, comm: x }] } }"),
    `${known} tcp 10.0.0.1:443`,
  );
  assert.equal(
    rule,
    'p/r; process0: uid 1000 is not 0; process1: comm "curl" is not "x"; process1: gid 100 is not 0',
  );
});

test("explain says of an untrusted path in the subject that it keeps allows out and denies in", () => {
  const spec =
    "{ mode: enforce, subject: { exe: /usr/bin/curl }, egress: { default: allow, rules: [{ name: a, allow: { to: any } }] } }";
  const line = known.replace("exe=/usr/bin/curl", "exe=/usr/bin/curl trusted=no");
  const [allow, byDefault] = standings(spec, `${line} tcp 10.0.0.1:443`);
  assert.match(allow ?? "", /^p\/a; subject: exe \/usr\/bin\/curl is not trusted/);
  assert.equal(byDefault, "p/egress.default; enforced; shadow");
});

test("explain has no rules for a profile that is off or for another subject", () => {
  const off = explainSpec("{ mode: off, egress: { default: deny } }", `${known} tcp 10.0.0.1:443`);
  assert.deepEqual(off.profiles[0]?.rules, []);
  assert.equal(off.evaluation.enforced.rule, null);
  const other = explainSpec("{ mode: enforce, subject: { uid: 0 } }", `${known} tcp 10.0.0.1:443`);
  assert.deepEqual(other.profiles[0]?.rules, []);
  assert.equal(other.profiles[0]?.subject[0]?.reason, "uid 1000 is not 0");
});
