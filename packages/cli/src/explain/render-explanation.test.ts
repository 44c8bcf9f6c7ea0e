import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProfilesRead } from "@ringfence/agent/policy";
import { explanationSchema } from "@ringfence/model/schemas";
import { flowFactsOf, parseFlowLine, type Resolver } from "@ringfence/policy";
import { parsePolicy } from "@ringfence/policy/parse";
import { buildExplanation } from "./build-explanation.js";
import type { Question } from "./question.js";
import { renderExplanation } from "./render-explanation.js";

const nothing: Resolver = { uidOf: () => null, gidOf: () => null, portOf: () => null };

const policyText = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: billing }
spec:
  mode: enforce
  subject: { cgroup: /billing }
  egress:
    default: deny
    rules:
      - name: rates
        allow: { process: { exe: /usr/bin/curl, uid: 1000 }, to: [10.0.0.0/8, "fd00::/8"], ports: 443 }
      - name: metadata
        deny: { to: 169.254.169.254 }
---
apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: trial }
spec:
  mode: audit
  subject: [{ uid: 0 }, { exe: /usr/bin/* }]
  egress:
    default: allow
    rules:
      - deny: { process: [{ uid: 5 }, { comm: x }] }
      - deny: { ports: 443 }
---
apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: spare }
spec: { mode: off, egress: { default: deny } }
`;

function policy(text: string): ProfilesRead {
  const { profiles, errors } = parsePolicy(text, "p.yaml", nothing);
  assert.deepEqual(errors, []);
  return {
    profiles,
    sources: profiles.map(() => "p.yaml"),
    files: new Map([["p.yaml", Buffer.from(text)]]),
    warnings: [],
  };
}

function ask(flow: string, more: Partial<Question> = {}, text = policyText) {
  const line = parseFlowLine(flow, "--flow");
  const question = { given: line.process, flow: flowFactsOf(line), gaps: [], reported: null, ...more };
  const explanation = buildExplanation(question, policy(text));
  assert.deepEqual(explanationSchema.parse(JSON.parse(JSON.stringify(explanation))), explanation);
  return renderExplanation(explanation);
}

test("renderExplanation shows verdicts, profiles, rules and facts", () => {
  assert.equal(
    ask("exe=/usr/bin/wget uid=1000 cgroup=/billing/a tcp 10.0.0.1:443"),
    `denied
  by billing/egress.default, p.yaml:8:14
    default: deny
denied if audited rules were enforced
  by trial/egress[1], p.yaml:25:9
    - deny: { ports: 443 }

profile billing (enforce), p.yaml:3:19: covers this process
  deny  billing/metadata, p.yaml:12:9
    no: 10.0.0.1 is not 169.254.169.254
  allow  billing/rates, p.yaml:10:9
    no: process: exe /usr/bin/wget is not /usr/bin/curl
  deny by default  billing/egress.default, p.yaml:8:14
    decides what is enforced
    decided earlier by deny trial/egress[1]

profile trial (audit), p.yaml:17:19: covers this process
  deny  trial/egress[0], p.yaml:24:9 (audit)
    no: process(1): uid 1000 is not 5
    no: process(2): comm "wget" is not "x" (comm assumed)
  deny  trial/egress[1], p.yaml:25:9 (audit)
    would decide if it were enforced
  allow by default  trial/egress.default, p.yaml:22:14 (audit)
    decided earlier by deny trial/egress[1]

profile spare (off), p.yaml:29:19: says nothing

asked: exe=/usr/bin/wget comm=wget uid=1000 gid=0 cgroup=/billing/a container=no ancestor=none tcp 10.0.0.1:443
assumed, as nothing says it: ancestor, comm, gid, container
of that, the policy looks at: comm
`,
  );
});

test("renderExplanation says when nothing covers the process, and by which keys", () => {
  const text = ask("exe=/opt/a comm=a uid=7 tcp 10.0.0.1:443");
  assert.match(text, /^allowed\n {2}no profile that counts covers this process\nthe same if audited/);
  assert.match(
    text,
    /profile trial .*: does not cover this process\n {4}no: \(1\): uid 7 is not 0\n {4}no: \(2\): exe/,
  );
  assert.match(text, /cgroup \/ is not in \/billing \(cgroup assumed\)/);
});

test("renderExplanation tells of no process where there is none", () => {
  const text = ask("exe=/opt/a uid=7 unattributed udp 10.0.0.9 -> :53", { gaps: ["something is missing"] });
  assert.match(text, /^allowed\n {2}no profile that counts covers traffic of no process\n/);
  assert.match(text, /\n\nasked: unattributed udp 10\.0\.0\.9 -> :53\n$/);
});

test("renderExplanation tells what a report says, and whether that is the same", () => {
  const flow = "exe=/usr/bin/curl uid=1000 cgroup=/billing tcp 10.0.0.1:80";
  const reported = {
    file: "r.json",
    row: 2,
    outcome: "denied",
    rule: "billing/egress.default",
    shadowRule: null,
    reason: "policy",
  } as const;
  assert.match(ask(flow, { reported }), /\nrow 2 of r\.json says the same\n/);
  const other = { ...reported, rule: "billing/metadata" };
  assert.match(
    ask(flow, { reported: other }),
    /says denied by billing\/metadata: that run had another policy/,
  );
  assert.match(
    ask(flow, { reported: { ...reported, shadowRule: "trial/egress[1]" } }),
    /with audited rules by trial/,
  );
  const reply = { ...reported, outcome: "allowed", rule: null, reason: "reply" } as const;
  assert.match(ask(flow, { reported: reply }), /says allowed: "reply" decided there, and no rule was asked/);
});

test("renderExplanation escapes what could steer a terminal, and adds gaps", () => {
  const text = ask('comm="\\u001b[31m" uid=0 tcp 10.0.0.1:443', { gaps: ["something is missing"] });
  assert.ok(!text.includes("\u001b"));
  assert.match(text, /note: something is missing\n$/);
});

const namesText = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: web }
spec:
  mode: enforce
  egress:
    default: deny
    rules:
      - name: packages
        allow: { to: "*.example.com", ports: 443 }
      - name: never
        deny: { to: bad.example.com }
  dns: { resolvers: 192.0.2.53 }
`;

test("renderExplanation says by which name an address was judged", () => {
  assert.match(
    ask("uid=1 tcp 192.0.2.1:443 as bad.example.com,a.example.com", {}, namesText),
    /^allowed\n {2}by web\/packages, p\.yaml:9:9\n.*\n {4}judged as a\.example\.com: it has 2 names, and one that is allowed is enough\n/,
  );
  const text = ask("uid=1 tcp 192.0.2.1:443", {}, namesText);
  assert.match(text, /no: 192\.0\.2\.1 has no live name, and is not in \*\.example\.com\n/);
  assert.match(
    ask("tcp 192.0.2.1:443 as a.example", {}, namesText),
    /no: 192\.0\.2\.1 as a\.example is not bad\.example\.com\n/,
  );
  assert.match(
    ask("udp 192.0.2.53:53", {}, namesText),
    /^allowed\n {2}by web\/dns\.resolvers, p\.yaml:9:9\n/,
  );
});

test("renderExplanation says why a name may be asked for or not", () => {
  assert.match(ask("query a.example.com", {}, namesText), /^allowed\n {2}by web\/packages, /);
  const refused = ask("query a.example", {}, namesText);
  assert.match(refused, /^denied\n {2}by web\/dns\.queries, p\.yaml:13:8\n/);
  assert.match(refused, /no: name a\.example is not bad\.example\.com\n/);
  assert.match(refused, /asked: .* query a\.example\n/);
  const open = namesText.replace("resolvers: 192.0.2.53", "queries: allow");
  const unjudged = ask("query a.example", {}, open);
  assert.match(unjudged, /no profile that counts guards the queries of this process/);
  assert.match(unjudged, /profile web .*: says nothing of queries\n/);
});
