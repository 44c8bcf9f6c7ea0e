import assert from "node:assert/strict";
import { test } from "node:test";
import { curl, denyBut, eight, flow, profiles, rule, verdict } from "../testing/small-policies.js";
import { evaluate } from "./evaluate.js";
import type { FlowFacts } from "./facts.js";

const named = (address: string, ...names: readonly string[]): FlowFacts => ({ ...flow(address), names });
const query = (name: string): FlowFacts => ({
  ...flow("0.0.0.0", 53, "udp"),
  direction: "query",
  names: [name],
});

test("evaluate lets a name stand for itself and a wildcard for what is below it", () => {
  const allowed = (to: string, name: string) =>
    verdict([denyBut(rule("allow", `to: ${JSON.stringify(to)}`))], named("192.0.2.1", name)).startsWith(
      "allowed",
    );
  assert.ok(allowed("example.com", "example.com"));
  assert.ok(!allowed("example.com", "a.example.com"));
  assert.ok(!allowed("*.example.com", "example.com"));
  assert.ok(allowed("*.example.com", "a.example.com"));
  assert.ok(allowed("*.example.com", "b.a.example.com"));
  assert.ok(!allowed("*.example.com", "badexample.com"));
  assert.ok(!allowed("example.com", "com"));
});

test("evaluate takes an address without a live name by its address alone", () => {
  const spec = denyBut(rule("allow", "to: [example.com, 10.0.0.0/8]"));
  assert.match(verdict([spec], flow("192.0.2.1")), /^denied p0\/egress.default/);
  assert.match(verdict([spec], flow("10.0.0.1")), /^allowed/);
  assert.match(verdict([spec], named("10.0.0.1", "other.example")), /^allowed/);
});

test("evaluate judges an address with several names as each of them, and takes the first that is allowed", () => {
  const spec = denyBut(
    "{ name: bad, deny: { to: bad.example } }",
    "{ name: one, allow: { to: one.example } }",
    "{ name: two, allow: { to: two.example } }",
  );
  const of = (...names: readonly string[]) =>
    verdict([spec], named("192.0.2.1", ...names))
      .split(" ")
      .slice(0, 2)
      .join(" ");
  assert.equal(of("bad.example"), "denied p0/bad");
  assert.equal(of("bad.example", "one.example"), "allowed p0/one");
  assert.equal(of("two.example", "one.example"), "allowed p0/two");
  assert.equal(of("bad.example", "other.example"), "denied p0/bad");
  assert.equal(of("other.example", "bad.example"), "denied p0/egress.default");
  const both = denyBut("{ name: bad, deny: { to: 192.0.2.1 } }", "{ name: one, allow: { to: one.example } }");
  assert.match(verdict([both], named("192.0.2.1", "one.example")), /^denied p0\/bad/);
});

test("evaluate lets the shadow verdict go by another name", () => {
  const spec = `{ mode: enforce, egress: { default: allow, rules: [${rule("deny", "to: a.example")}, ${rule("deny", "to: b.example", "audit")}] } }`;
  assert.equal(
    verdict([spec], named("192.0.2.1", "a.example", "b.example")),
    "would-deny p0/egress.default p0/egress[0]",
  );
  const { enforced } = evaluate(profiles(spec), curl, named("192.0.2.1", "a.example", "b.example"));
  assert.equal(enforced.name, "b.example");
});

test("evaluate knows names of destinations only", () => {
  const spec =
    "{ mode: enforce, egress: { default: allow, rules: [{ deny: { to: a.example } }] }, ingress: { default: deny } }";
  const from: FlowFacts = { ...named("192.0.2.1", "a.example"), direction: "ingress" };
  assert.match(verdict([spec], from), /^denied p0\/ingress.default/);
});

const withDns = (dns: string, ...rules: readonly string[]) =>
  `{ mode: enforce, egress: { default: deny, rules: [${rules.join()}] }, dns: { ${dns} } }`;

test("evaluate lets those who may reach a name ask the trusted resolvers, and nobody else", () => {
  const spec = withDns(
    "resolvers: [192.0.2.53, 'fd00::53']",
    "{ name: a, allow: { process: { exe: /usr/bin/curl }, to: a.example } }",
  );
  const to = (address: string, port: number, protocol: FlowFacts["protocol"] = "udp", process = curl) =>
    verdict([spec], flow(address, port, protocol), process)
      .split(" ")
      .slice(0, 2)
      .join(" ");
  assert.equal(to("192.0.2.53", 53), "allowed p0/dns.resolvers");
  assert.equal(to("fd00::53", 53, "tcp"), "allowed p0/dns.resolvers");
  assert.match(to("192.0.2.53", 853), /^denied/);
  assert.match(to("192.0.2.54", 53), /^denied/);
  assert.match(
    to("192.0.2.53", 53, "udp", { ...curl, exe: { path: "/usr/bin/wget", trusted: true } }),
    /^denied/,
  );
  const open = spec.replace("default: deny", "default: allow");
  assert.match(verdict([open, denyBut()], flow("192.0.2.53", 53, "udp")), /^denied p1/);
  const addresses = withDns("resolvers: 192.0.2.53", "{ allow: { to: 10.0.0.0/8 } }");
  assert.match(verdict([addresses], flow("192.0.2.53", 53, "udp")), /^denied/);
  const audited = withDns("resolvers: 192.0.2.53", rule("allow", "to: a.example", "audit"));
  assert.equal(
    verdict([audited], flow("192.0.2.53", 53, "udp")),
    "would-allow p0/egress.default p0/dns.resolvers.audit",
  );
});

test("evaluate lets deny rules win over what is implied for resolvers", () => {
  const spec = withDns(
    "resolvers: 192.0.2.53",
    "{ name: no, deny: { to: 192.0.2.53 } }",
    "{ allow: { to: a.example } }",
  );
  assert.match(verdict([spec], flow("192.0.2.53", 53, "udp")), /^denied p0\/no/);
});

test("evaluate refuses queries for names that a process may not reach", () => {
  const spec = denyBut(
    "{ name: a, allow: { process: { exe: /usr/bin/curl }, to: '*.a.example', ports: 443 } }",
    "{ name: not-b, deny: { to: b.a.example } }",
    "{ name: not-c, deny: { to: c.a.example, ports: 80 } }",
  );
  const of = (name: string, process = curl) =>
    verdict([spec], query(name), process).split(" ").slice(0, 2).join(" ");
  assert.equal(of("x.a.example"), "allowed p0/a");
  assert.equal(of("a.example"), "denied p0/dns.queries");
  assert.equal(of("b.a.example"), "denied p0/not-b");
  assert.equal(of("c.a.example"), "allowed p0/a");
  assert.equal(
    of("x.a.example", { ...curl, exe: { path: "/bin/x", trusted: true } }),
    "denied p0/dns.queries",
  );
});

test("evaluate judges queries where a profile guards them, by what every profile allows", () => {
  const of = (specs: readonly string[], name: string) =>
    verdict(specs, query(name)).split(" ").slice(0, 2).join(" ");
  const plain = denyBut("{ name: x, allow: { to: 10.0.0.0/8 } }");
  assert.equal(of([plain], "a.example"), "allowed -");
  const guarded = withDns("queries: enforce", "{ name: x, allow: { to: 10.0.0.0/8 } }");
  assert.equal(of([guarded], "a.example"), "denied p0/dns.queries");
  const open = denyBut("{ name: web, allow: { ports: 443 } }");
  assert.equal(of([guarded, open], "a.example"), "allowed p1/web");
  const free = withDns(
    "queries: allow",
    "{ name: a, allow: { to: a.example } }",
    "{ name: not-b, deny: { to: b.example } }",
  );
  assert.equal(of([free], "b.example"), "allowed -");
  assert.equal(of([guarded, free], "b.example"), "denied p0/dns.queries");
  assert.equal(of([guarded, free], "a.example"), "allowed p1/a");
  const off = denyBut("{ name: a, allow: { to: a.example } }").replace("enforce", "off");
  assert.equal(of([off, open], "b.example"), "allowed -");
  const denying =
    "{ mode: enforce, egress: { default: allow, rules: [{ name: no, deny: { to: [b.example, 10.0.0.0/8] } }] } }";
  assert.equal(of([denying], "b.example"), "denied p0/no");
  assert.equal(of([denying], "a.example"), "allowed -");
  assert.equal(of([denying.replace("deny: {", "deny: { ports: 1,")], "b.example"), "allowed -");
  const apart =
    "{ mode: enforce, egress: { default: deny, rules: [{ name: no, deny: { to: b.example } }, { name: all, deny: { process: { uid: 1000 } } }] } }";
  assert.equal(of([apart], "a.example"), "allowed -");
  const watching =
    "{ mode: enforce, egress: { default: allow, rules: [{ name: no, deny: { to: b.example } }] }, dns: { queries: enforce } }";
  assert.equal(of([watching], "b.example"), "denied p0/no");
  assert.equal(of([watching], "a.example"), "allowed p0/dns.queries");
});

test("evaluate refuses encrypted DNS where the profile says so, and leaves port 53 to the rules", () => {
  const spec = "{ mode: enforce, egress: { default: allow }, dns: { encrypted: deny } }";
  const to = (address: string, port: number, protocol: FlowFacts["protocol"] = "tcp") =>
    verdict([spec], flow(address, port, protocol))
      .split(" ")
      .slice(0, 2)
      .join(" ");
  assert.equal(to("203.0.113.1", 853), "denied p0/dns.encrypted");
  assert.equal(to("203.0.113.1", 853, "udp"), "denied p0/dns.encrypted");
  assert.equal(to("8.8.8.8", 443), "denied p0/dns.encrypted.resolvers");
  assert.equal(to("2606:4700:4700::1111", 443, "udp"), "denied p0/dns.encrypted.resolvers");
  assert.equal(to("8.8.8.8", 53, "udp"), "allowed p0/egress.default");
  assert.match(to("8.8.8.8", 52), /^denied/);
  assert.match(to("8.8.8.8", 54), /^denied/);
  assert.equal(to("203.0.113.1", 443), "allowed p0/egress.default");
  const own =
    "{ mode: enforce, egress: { default: allow }, dns: { encrypted: deny, publicResolvers: 203.0.113.0/24 } }";
  assert.match(verdict([own], flow("203.0.113.1")), /^denied/);
  assert.match(verdict([own], eight), /^allowed/);
});
