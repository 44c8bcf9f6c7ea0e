import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";

const envelope = "apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\n";

function warnings(spec: string): readonly string[] {
  const result = parsePolicy(`${envelope}spec: { mode: enforce, ${spec} }`, "p.yaml", fixedResolver);
  assert.deepEqual(result.errors, []);
  assert.ok(result.warnings.every(({ location }) => location !== undefined));
  return result.warnings.map(({ code, message }) =>
    `${code} ${/egress\[\d+\]/.exec(message)?.[0] ?? ""}`.trim(),
  );
}

const others = "ingress: { default: allow }, listen: 0-65535";
const egress = (action: string, ...rules: readonly string[]) =>
  warnings(
    `egress: { default: ${action}, rules: [${rules.map((rule) => `{ ${rule} }`).join()}] }, ${others}`,
  );

test("warnAbout tells once about absent directions", () => {
  assert.deepEqual(warnings("subject: { uid: 1 }"), ["RF_POLICY_DIRECTION_ABSENT"]);
  assert.deepEqual(warnings("egress: { default: allow }, listen: none"), ["RF_POLICY_DIRECTION_ABSENT"]);
  assert.deepEqual(warnings("egress: { default: allow }, ingress: { default: deny }"), [
    "RF_POLICY_DIRECTION_ABSENT",
  ]);
  assert.deepEqual(egress("deny"), []);
});

test("warnAbout tells about rules that a wider deny shadows", () => {
  const shadowed = ["RF_POLICY_SHADOWED egress[0]"];
  const pair = (rule: string, deny: string) => egress("allow", rule, deny);
  assert.deepEqual(pair("allow: { to: 10.1.0.0/16 }", "deny: { to: 10.0.0.0/8 }"), shadowed);
  assert.deepEqual(pair("allow: { to: localhost }", "deny: { to: any }"), shadowed);
  assert.deepEqual(pair("allow: { ports: 443 }", "deny: { ports: 1-1000 }"), shadowed);
  assert.deepEqual(pair("allow: { ports: 443 }", "deny: { protocol: [tcp, udp, sctp] }"), shadowed);
  assert.deepEqual(
    pair("allow: { process: { exe: /usr/bin/curl, uid: 5 } }", "deny: { process: { exe: /usr/** } }"),
    shadowed,
  );
  assert.deepEqual(egress("allow", "deny: { to: any }", "deny: { ports: 1 }"), [
    "RF_POLICY_SHADOWED egress[1]",
  ]);
});

test("warnAbout tells about rules for names that a wider deny shadows", () => {
  const shadowed = ["RF_POLICY_SHADOWED egress[0]"];
  const pair = (rule: string, deny: string) => egress("allow", rule, deny);
  assert.deepEqual(pair("allow: { to: a.example.com }", 'deny: { to: "*.example.com" }'), shadowed);
  assert.deepEqual(pair('allow: { to: "*.a.example.com" }', 'deny: { to: "*.example.com" }'), shadowed);
  assert.deepEqual(pair("allow: { to: a.example }", "deny: { to: a.example }"), shadowed);
  assert.deepEqual(
    pair("allow: { to: [a.example, 10.1.0.0/16] }", "deny: { to: [10.0.0.0/8, a.example] }"),
    shadowed,
  );
  assert.deepEqual(pair("allow: { to: a.example }", "deny: { to: any }"), shadowed);
  const silent = [
    ["allow: { to: example.com }", 'deny: { to: "*.example.com" }'],
    ['allow: { to: "*.example.com" }', "deny: { to: a.example.com }"],
    ["allow: { to: [a.example, 10.0.0.1] }", "deny: { to: a.example }"],
    ["allow: { to: a.example }", "deny: { to: [0.0.0.0/0, '::/0'] }"],
    ["allow: { to: 10.0.0.1 }", "deny: { to: a.example }"],
  ];
  for (const [rule = "", deny = ""] of silent) assert.deepEqual(pair(rule, deny), [], `${rule} ${deny}`);
});

test("warnAbout tells about a grace without a name to hold", () => {
  const rest = `${others}, names: { grace: 5m }`;
  assert.deepEqual(warnings(`egress: { default: deny }, ${rest}`), ["RF_POLICY_NO_NAMES"]);
  assert.deepEqual(warnings(`egress: { default: deny, rules: [{ deny: { to: a.b } }] }, ${rest}`), []);
});

test("warnAbout tells about rules for containers and units that a wider deny shadows", () => {
  const pair = (rule: string, deny: string) =>
    egress("allow", `allow: { process: ${rule} }`, `deny: { process: ${deny} }`).length;
  const shadowed = [
    ["{ container: { name: a } }", "{ container: true }"],
    ["{ container: { name: a, image: x } }", "{ container: { name: [a, b] } }"],
    ["{ container: { label: { app: web, tier: y } } }", "{ container: { label: { app: 'w*' } } }"],
    ["{ unit: a.service }", "{ unit: '*.service' }"],
  ];
  for (const [rule = "", deny = ""] of shadowed) assert.equal(pair(rule, deny), 1, `${rule} ${deny}`);
  const silent = [
    ["{ container: true }", "{ container: { name: a } }"],
    ["{ container: { name: a } }", "{ container: { name: b } }"],
    ["{ container: { name: a } }", "{ container: { image: x } }"],
    ["{ container: { label: { app: web } } }", "{ container: { label: { tier: web } } }"],
    ["{ unit: a.service }", "{ unit: b.service }"],
    ["{ uid: 1 }", "{ unit: b.service }"],
  ];
  for (const [rule = "", deny = ""] of silent) assert.equal(pair(rule, deny), 0, `${rule} ${deny}`);
});

test("warnAbout keeps silent where the deny leaves something over", () => {
  const pairs = [
    ["allow: { to: 10.0.0.0/8 }", "deny: { to: 10.1.0.0/16 }"],
    ["allow: { to: [10.1.0.0/16, 11.0.0.1] }", "deny: { to: 10.0.0.0/8 }"],
    ["allow: { to: any }", "deny: { to: private }"],
    ["allow: { to: any }", "deny: { protocol: tcp }"],
    ["allow: { ports: 443 }", "deny: { ports: 443/tcp }"],
    ["allow: { ports: 443 }", "deny: { protocol: tcp }"],
    ["allow: { ports: 443 }", "deny: { protocol: [tcp, udp] }"],
    ["allow: { protocol: icmp }", "deny: { ports: 0-65535 }"],
    ["allow: { to: any }", "deny: { process: { uid: 5 } }"],
    ["allow: { process: { uid: 1-9 } }", "deny: { process: { uid: 1-8 } }"],
    ["allow: { to: any }", "mode: audit, deny: { to: any }"],
    ["deny: { ports: 1 }", "deny: { to: any }"],
  ];
  for (const [rule = "", deny = ""] of pairs)
    assert.deepEqual(egress("allow", rule, deny), [], `${rule} ${deny}`);
});

test("warnAbout says how many rules it did not check", () => {
  const rules = Array.from({ length: 3000 }, (_, i) => `deny: { process: { uid: ${i} } }`);
  const result = egress("allow", ...rules);
  assert.deepEqual(result, ["RF_POLICY_UNCHECKED"]);
});

test("warnAbout looks at ingress as at egress", () => {
  const ingress =
    "ingress: { default: deny, rules: [{ allow: { from: 10.1.0.0/16 } }, { deny: { from: 10.0.0.0/8 } }] }";
  assert.deepEqual(
    warnings(`egress: { default: allow }, ${ingress}, listen: none`).map((text) => text.trim()),
    ["RF_POLICY_IPV4_ONLY", "RF_POLICY_SHADOWED"],
  );
});

test("warnAbout tells about a default deny that allows IPv4 only", () => {
  assert.deepEqual(egress("deny", "allow: { to: 10.0.0.0/8 }"), ["RF_POLICY_IPV4_ONLY"]);
  assert.deepEqual(egress("allow", "allow: { to: 10.0.0.0/8 }"), []);
  assert.deepEqual(egress("deny", "allow: { to: 10.0.0.0/8 }", "allow: { to: 'fd00::/8' }"), []);
  assert.deepEqual(egress("deny", "allow: { to: private }"), []);
  assert.deepEqual(egress("deny", "allow: { ports: 443 }"), []);
  assert.deepEqual(egress("deny", "allow: { to: [10.0.0.0/8, a.example] }"), []);
});
