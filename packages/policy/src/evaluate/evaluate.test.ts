import assert from "node:assert/strict";
import { test } from "node:test";
import { curl, denyBut, eight, flow, rule, verdict } from "../testing/small-policies.js";
import type { FlowFacts, ProcessFacts } from "./facts.js";

test("evaluate allows a process that no subject matches", () => {
  const spec = "{ mode: enforce, subject: { uid: 5 }, egress: { default: deny } }";
  assert.equal(verdict([spec], eight), "allowed - -");
});

test("evaluate takes deny before allow before the defaults, over all profiles", () => {
  const allowing = denyBut(rule("allow", "to: any"));
  const denying = denyBut(rule("deny", "to: 8.8.8.8"));
  assert.equal(verdict([allowing, denying], eight), "denied p1/egress[0] p1/egress[0]");
  assert.equal(verdict([denying, allowing], flow("1.1.1.1")), "allowed p1/egress[0] p1/egress[0]");
  const open = "{ mode: enforce, egress: { default: allow } }";
  assert.equal(verdict([open, denyBut()], eight), "denied p1/egress.default p1/egress.default");
  assert.equal(verdict([open, open], eight), "allowed p0/egress.default p0/egress.default");
});

test("evaluate names the default of a profile without egress and lets it govern nothing", () => {
  assert.equal(verdict(["{ mode: enforce }"], eight), "allowed p0/egress.default p0/egress.default");
  assert.equal(
    verdict(["{ mode: enforce }", denyBut()], eight),
    "denied p1/egress.default p1/egress.default",
  );
});

test("evaluate keeps audited profiles and rules in the shadow verdict", () => {
  const open = (mode: string, text: string) =>
    `{ mode: ${mode}, egress: { default: allow, rules: [${text}] } }`;
  assert.equal(
    verdict([open("enforce", rule("deny", "to: any", "audit"))], eight),
    "would-deny p0/egress.default p0/egress[0]",
  );
  assert.equal(verdict([open("audit", rule("deny", "to: any"))], eight), "would-deny - p0/egress[0]");
  assert.equal(
    verdict([denyBut(rule("allow", "to: any", "audit"))], eight),
    "would-allow p0/egress.default p0/egress[0]",
  );
  assert.equal(verdict([open("off", rule("deny", "to: any"))], eight), "allowed - -");
});

test("evaluate believes an untrusted executable for deny only", () => {
  const fake = { ...curl, exe: { path: "/usr/bin/curl", trusted: false } };
  const allowCurl = denyBut(rule("allow", "process: { exe: /usr/bin/curl }"));
  const denyCurl = `{ mode: enforce, egress: { default: allow, rules: [${rule("deny", "process: { exe: /usr/bin/curl }")}] } }`;
  assert.equal(verdict([allowCurl], eight), "allowed p0/egress[0] p0/egress[0]");
  assert.equal(verdict([allowCurl], eight, fake), "denied p0/egress.default p0/egress.default");
  assert.equal(verdict([denyCurl], eight, fake), "denied p0/egress[0] p0/egress[0]");
  const bySubject =
    "{ mode: enforce, subject: { exe: /usr/bin/curl }, egress: { default: deny, rules: [{ allow: { to: any } }] } }";
  assert.equal(verdict([bySubject], eight), "allowed p0/egress[0] p0/egress[0]");
  assert.equal(verdict([bySubject], eight, fake), "denied p0/egress.default p0/egress.default");
});

test("evaluate counts an unknown executable against the process", () => {
  const unknown = { ...curl, exe: null };
  const bySubject =
    "{ mode: enforce, subject: { exe: /other }, egress: { default: deny, rules: [{ allow: { to: any } }] } }";
  assert.equal(verdict([bySubject], eight), "allowed - -");
  assert.equal(verdict([bySubject], eight, unknown), "denied p0/egress.default p0/egress.default");
  assert.equal(
    verdict([denyBut(rule("allow", "process: { exe: /** }"))], eight, unknown).split(" ")[0],
    "denied",
  );
});

test("evaluate lets different ancestors satisfy subject and rule, and doubts untrusted ones", () => {
  const spec =
    "{ mode: enforce, subject: { ancestor: /a }, egress: { default: deny, rules: [{ allow: { process: { ancestor: /b } } }] } }";
  const of = (...ancestors: readonly (readonly [string, boolean])[]) => ({
    ...curl,
    ancestors: ancestors.map(([path, trusted]) => ({ path, trusted })),
  });
  assert.equal(verdict([spec], eight, of(["/a", true], ["/b", true])), "allowed p0/egress[0] p0/egress[0]");
  assert.equal(verdict([spec], eight, of(["/a", true], ["/b", false])).split(" ")[0], "denied");
  assert.equal(verdict([spec], eight, of(["/a", false], ["/b", true])).split(" ")[0], "denied");
  assert.equal(verdict([spec], eight, of(["/b", true])), "allowed - -");
});

test("evaluate takes the keys of an item together and items apart", () => {
  const spec = (subject: string) => `{ mode: enforce, subject: ${subject}, egress: { default: deny } }`;
  const inScope = (subject: string, process: ProcessFacts = curl) =>
    verdict([spec(subject)], eight, process).startsWith("denied");
  assert.ok(inScope("{ uid: 1000, gid: 100, comm: curl, cgroup: /a, host: true }"));
  for (const miss of ["uid: 1", "gid: 1", "comm: x", "cgroup: /a/bb", "exe: /x", "ancestor: /x"]) {
    assert.ok(!inScope(`{ ${miss} }`), miss);
    assert.ok(!inScope(`[{ ${miss} }, { uid: 1000, ${miss.replace("uid: 1", "gid: 1")} }]`), miss);
    assert.ok(inScope(`[{ ${miss} }, { uid: 1000 }]`), miss);
  }
  assert.ok(inScope("{ uid: [1, 900-1000] }"));
  assert.ok(!inScope("{ cgroup: /a }", { ...curl, cgroup: "/ab" }));
  assert.ok(!inScope("{ host: true }", { ...curl, container: true }));
  assert.ok(inScope("{ container: true }", { ...curl, container: true }));
  assert.ok(!inScope("{ container: true }"));
});

const billing = {
  id: "c1",
  name: "billing",
  image: "registry:5000/team/nginx:1.27@sha256:0",
  labels: { app: "web", empty: "" },
};

/** Whether an allow rule and a deny rule for such processes match one in such a container. */
function containerMatches(condition: string, container: ProcessFacts["container"], cgroup = "/a"): string {
  const process = { ...curl, container, cgroup };
  const by = (action: string) => {
    const spec = `{ mode: enforce, egress: { default: ${action === "allow" ? "deny" : "allow"}, rules: [{ ${action}: { process: ${condition} } }] } }`;
    return verdict([spec], flow("10.0.0.1"), process).includes("egress[0]") ? action : "-";
  };
  return `${by("allow")} ${by("deny")}`;
}

test("evaluate chooses containers by name, image, id and labels, keys together and lists apart", () => {
  const matching = [
    "{ container: true }",
    "{ container: { name: billing } }",
    "{ container: { name: [x, 'b*g'] } }",
    "{ container: { id: c1, name: billing } }",
    "{ container: { image: 'registry:5000/team/nginx:1.27@sha256:0' } }",
    "{ container: { image: 'registry:5000/team/nginx' } }",
    "{ container: { image: '**/nginx' } }",
    "{ container: { label: { app: [db, web] } } }",
  ];
  for (const condition of matching)
    assert.equal(containerMatches(condition, billing), "allow deny", condition);
  const others = [
    "{ host: true }",
    "{ container: { name: bill } }",
    "{ container: { name: billing, id: c2 } }",
    "{ container: { image: nginx } }",
    "{ container: { image: '*/nginx' } }",
    "{ container: { image: 'registry' } }",
    "{ container: { label: { app: web, tier: '*' } } }",
    "{ container: { label: { empty: '*' } } }",
    "{ container: { label: { constructor: '*' } } }",
  ];
  for (const condition of others) assert.equal(containerMatches(condition, billing), "- -", condition);
});

test("evaluate counts what is unknown of a container against it", () => {
  const named = "{ container: { name: billing } }";
  assert.equal(containerMatches(named, true), "- deny");
  assert.equal(containerMatches("{ container: true }", true), "allow deny");
  assert.equal(containerMatches(named, { ...billing, name: null }), "- deny");
  assert.equal(
    containerMatches("{ container: { label: { app: x } } }", { ...billing, labels: null }),
    "- deny",
  );
  for (const condition of [named, "{ container: true }", "{ host: true }"]) {
    assert.equal(containerMatches(condition, "pending"), "- deny", condition);
  }
  assert.equal(containerMatches(named, false), "- -");
});

test("evaluate finds units in the path, above what was delegated", () => {
  const inUnit = (unit: string, cgroup: string) => containerMatches(`{ unit: '${unit}' }`, false, cgroup);
  assert.equal(inUnit("nginx.service", "/system.slice/nginx.service/x"), "allow deny");
  assert.equal(inUnit("system.slice", "/system.slice/nginx.service"), "allow deny");
  assert.equal(inUnit("ngi*.service", "/nginx.service"), "allow deny");
  assert.equal(inUnit("nginx.service", "/user.slice/user@1.service/nginx.service"), "- -");
  assert.equal(inUnit("nginx.service", "/x/nginx.service"), "- -");
});

test("evaluate judges the address that packets reach", () => {
  const only = (to: string) => denyBut(rule("allow", `to: "${to}"`));
  const allowed = (to: string, address: string) => verdict([only(to)], flow(address)).startsWith("allowed");
  assert.ok(allowed("localhost", "0.0.0.0"));
  assert.ok(allowed("localhost", "::"));
  assert.ok(allowed("127.0.0.1", "::ffff:0.0.0.0"));
  assert.ok(allowed("10.0.0.0/8", "::ffff:10.1.2.3"));
  assert.ok(allowed("10.0.0.0/8", "64:ff9b::10.1.2.3"));
  assert.ok(allowed("64:ff9b::/96", "64:ff9b::10.1.2.3"));
  assert.ok(!allowed("10.0.0.0/8", "64:ff9b::11.1.2.3"));
  assert.ok(!allowed("::/0", "10.1.2.3"));
  assert.ok(!allowed("0.0.0.0/0", "fd00::1"));
});

test("evaluate keeps the directions apart", () => {
  const spec =
    "{ mode: enforce, egress: { default: deny }, ingress: { default: allow, rules: [{ deny: { from: 8.8.8.8, localPorts: 443 } }] } }";
  const from = (text: string, port = 443): FlowFacts => ({ ...flow(text, port), direction: "ingress" });
  assert.equal(verdict([spec], eight), "denied p0/egress.default p0/egress.default");
  assert.equal(verdict([spec], from("8.8.8.8")), "denied p0/ingress[0] p0/ingress[0]");
  assert.equal(verdict([spec], from("8.8.8.8", 80)), "allowed p0/ingress.default p0/ingress.default");
  assert.equal(verdict(["{ mode: enforce }"], from("8.8.8.8")).split(" ")[1], "p0/ingress.default");
});

test("evaluate takes a source that names nobody for nobody", () => {
  const spec = "{ mode: enforce, ingress: { default: deny, rules: [{ allow: { from: localhost } }] } }";
  const from = (text: string): FlowFacts => ({ ...flow(text), direction: "ingress" });
  assert.match(verdict([spec], from("127.0.0.1")), /^allowed/);
  assert.match(verdict([spec], from("::ffff:127.0.0.1")), /^allowed/);
  for (const nobody of ["0.0.0.0", "::", "::ffff:0.0.0.0"])
    assert.match(verdict([spec], from(nobody)), /^denied/);
});

test("evaluate lets listen name every port that may be bound", () => {
  const bind = (port: number, protocol: "tcp" | "udp" = "tcp"): FlowFacts => ({
    ...flow("::", port, protocol),
    direction: "listen",
  });
  const spec = "{ mode: enforce, listen: [8080, 9000-9010/tcp] }";
  assert.equal(verdict([spec], bind(8080)), "allowed p0/listen p0/listen");
  assert.equal(verdict([spec], bind(8080, "udp")), "allowed p0/listen p0/listen");
  assert.equal(verdict([spec], bind(9010)), "allowed p0/listen p0/listen");
  assert.equal(verdict([spec], bind(9010, "udp")), "denied p0/listen.default p0/listen.default");
  assert.equal(verdict([spec], bind(80)), "denied p0/listen.default p0/listen.default");
  assert.equal(verdict(["{ mode: enforce }"], bind(80)), "allowed p0/listen.default p0/listen.default");
  assert.equal(verdict(["{ mode: audit, listen: none }"], bind(80)), "would-deny - p0/listen.default");
  assert.equal(verdict(["{ mode: enforce, listen: none }", spec], bind(8080)).split(" ")[1], "p1/listen");
  const ofOthers = "{ mode: enforce, subject: { uid: 5 }, listen: none }";
  assert.equal(verdict([ofOthers], bind(80)), "allowed - -");
});

test("evaluate judges traffic of no process by every profile that speaks of it", () => {
  const packet: FlowFacts = { ...eight, direction: "unattributed" };
  const host = (mode: string, action: string) =>
    `{ mode: ${mode}, subject: { host: true }, unattributed: ${action} }`;
  const inContainer = { ...curl, container: true };
  assert.equal(verdict(["{ mode: enforce, egress: { default: deny } }"], packet), "allowed - -");
  assert.equal(
    verdict([host("enforce", "allow"), host("enforce", "deny")], packet, inContainer),
    "denied p1/unattributed p1/unattributed",
  );
  assert.equal(verdict([host("audit", "deny")], packet), "would-deny - p0/unattributed");
});

test("evaluate matches ports and protocols", () => {
  const allowed = (body: string, to: FlowFacts) =>
    verdict([denyBut(rule("allow", body))], to).startsWith("allowed");
  const icmp = flow("8.8.8.8", null, "icmp");
  const other = flow("8.8.8.8", null, "other");
  assert.ok(allowed("ports: 443", eight));
  assert.ok(allowed("ports: 443", flow("8.8.8.8", 443, "udp")));
  assert.ok(!allowed("ports: 443/udp", eight));
  const sctp = flow("8.8.8.8", 443, "sctp");
  assert.ok(allowed("ports: 443", sctp));
  assert.ok(allowed("ports: 443/sctp", sctp));
  assert.ok(allowed("protocol: sctp, ports: 443", sctp));
  assert.ok(!allowed("ports: 443/sctp", eight));
  assert.ok(!allowed("ports: [443/tcp, 443/udp]", sctp));
  assert.ok(!allowed("protocol: [tcp, udp]", sctp));
  assert.ok(!allowed("ports: 442", sctp));
  assert.ok(!allowed("ports: 0-65535", icmp));
  assert.ok(!allowed("ports: 0-65535", other));
  assert.ok(allowed("ports: 400-443", eight));
  assert.ok(!allowed("ports: 400-442", eight));
  assert.ok(allowed("protocol: icmp", icmp));
  assert.ok(!allowed("protocol: [tcp, udp, sctp, icmp]", other));
  assert.ok(allowed("protocol: any", other));
  assert.ok(allowed("to: any", other));
  assert.ok(!allowed("protocol: udp", eight));
});
