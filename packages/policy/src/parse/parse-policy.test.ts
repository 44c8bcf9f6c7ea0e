import assert from "node:assert/strict";
import { test } from "node:test";
import { peerText } from "@ringfence/model";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { Random } from "../testing/random.js";
import { parsePolicy } from "./parse-policy.js";

const head = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: p }
spec:
  mode: enforce
`;

function parse(text: string) {
  return parsePolicy(text, "p.yaml", fixedResolver);
}

test("parsePolicy reads every key", () => {
  const { profiles, errors } = parse(`${head}  subject:
    - { exe: [/usr/bin/curl, "/opt/**"], uid: [root, 1000-1999, 5], gid: users }
    - { host: true, cgroup: /a/b, comm: curl, ancestor: /usr/bin/make }
  egress:
    default: deny
    rules:
      - name: first
        mode: audit
        allow: { process: { uid: 7 }, to: [10.0.0.0/8, "::1", private], ports: [443, 8000-9000, 53/udp, ssh] }
      - deny: { to: any, protocol: [icmp, udp, sctp] }
`);
  assert.deepEqual(errors, []);
  const profile = profiles[0];
  assert.deepEqual(profile?.subject, [
    {
      exe: ["/usr/bin/curl", "/opt/**"],
      uid: [
        { from: 0, to: 0 },
        { from: 1000, to: 1999 },
        { from: 5, to: 5 },
      ],
      gid: [{ from: 100, to: 100 }],
    },
    { ancestor: ["/usr/bin/make"], comm: ["curl"], cgroup: ["/a/b"], host: true },
  ]);
  assert.equal(profile?.mode, "enforce");
  assert.equal(profile?.egress?.default, "deny");
  const [first, second] = profile?.egress?.rules ?? [];
  assert.equal(first?.id, "p/first");
  assert.equal(first?.mode, "audit");
  assert.deepEqual(first?.process, [{ uid: [{ from: 7, to: 7 }] }]);
  const peers = first?.destination.to?.map(peerText);
  assert.deepEqual(peers, ["10.0.0.0/8", "::1", "private"]);
  assert.deepEqual(first?.destination.ports, [
    { from: 443, to: 443, protocol: null },
    { from: 8000, to: 9000, protocol: null },
    { from: 53, to: 53, protocol: "udp" },
    { from: 22, to: 22, protocol: null },
  ]);
  assert.equal(second?.id, "p/egress[1]");
  assert.deepEqual(second?.destination.protocols, ["icmp", "udp", "sctp"]);
  assert.deepEqual(second?.location, { file: "p.yaml", line: 15, column: 9 });
});

test("parsePolicy reads what comes in, who may listen, and traffic of no process", () => {
  const { profiles, errors } = parse(`${head}  subject: { host: true }
  ingress:
    default: deny
    rules:
      - allow: { from: [10.0.0.0/8, localhost], localPorts: [8080, 53/udp], protocol: any }
      - { name: web, deny: { from: "::1" } }
  listen: [8080, 9000-9010/tcp]
  unattributed: deny
`);
  assert.deepEqual(errors, []);
  const { egress, ingress, listen, unattributed } = profiles[0] ?? {};
  assert.equal(egress, null);
  assert.equal(ingress?.default, "deny");
  assert.deepEqual(
    ingress?.rules.map(({ id }) => id),
    ["p/ingress[0]", "p/web"],
  );
  assert.equal(ingress?.rules[0]?.destination.to?.length, 2);
  assert.deepEqual(ingress?.rules[0]?.destination.ports, [
    { from: 8080, to: 8080, protocol: null },
    { from: 53, to: 53, protocol: "udp" },
  ]);
  assert.deepEqual(listen?.ports, [
    { from: 8080, to: 8080, protocol: null },
    { from: 9000, to: 9010, protocol: "tcp" },
  ]);
  assert.equal(listen?.location?.line, 12);
  assert.equal(unattributed?.action, "deny");
  assert.deepEqual(parse(`${head}  listen: none\n`).profiles[0]?.listen?.ports, []);
});

test("parsePolicy reads one profile per document and tells places across documents", () => {
  const second = head.replace("name: p", "name: q");
  const { profiles } = parse(`---\n${head}---\n---\n${second}`);
  assert.deepEqual(
    profiles.map(({ name, location }) => [name, location?.line]),
    [
      ["p", 4],
      ["q", 11],
    ],
  );
});

test("parsePolicy takes no subject as every process and an empty rules list as no rule", () => {
  const { profiles, errors } = parse(`${head}  egress: { default: allow, rules: [] }\n`);
  assert.deepEqual(errors, []);
  assert.equal(profiles[0]?.subject, null);
  assert.deepEqual(profiles[0]?.egress?.rules, []);
});

test("parsePolicy knows that protocol any constrains nothing", () => {
  const { profiles } = parse(
    `${head}  egress: { default: allow, rules: [{ deny: { protocol: any, ports: 1 } }] }\n`,
  );
  assert.equal(profiles[0]?.egress?.rules[0]?.destination.protocols, null);
});

test("parsePolicy refuses bytes that are not UTF-8 and names the line", () => {
  const bytes = new TextEncoder().encode(`${head}# x\n`);
  bytes[bytes.length - 2] = 0xff;
  const { errors } = parsePolicy(bytes, "p.yaml", fixedResolver);
  assert.deepEqual(
    errors.map(({ code, location }) => [code, location?.line]),
    [["RF_POLICY_ENCODING", 6]],
  );
  assert.deepEqual(parsePolicy(new TextEncoder().encode(head), "p.yaml", fixedResolver).errors, []);
});

test("parsePolicy survives nesting bombs, alias bombs and noise", () => {
  const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`;
  assert.equal(parse(bomb).errors[0]?.code, "RF_POLICY_ALIAS");
  assert.match(parse("to: [*.x.example]").errors[0]?.hint ?? "", /in quotes, "\*\.x\.example"/);
  assert.equal(parse("[".repeat(100_000)).errors[0]?.code, "RF_POLICY_YAML");
  for (const noise of [
    "\0",
    "%YAML 9.9\n---\n{}",
    "? [a]: b",
    "- - -",
    "'",
    "!!binary x",
    "<<: {a: b}",
    "&a",
    "@",
  ]) {
    assert.ok(parse(noise).errors.length > 0, noise);
  }
});

test("parsePolicy reports all errors of a file in the order of the file, and no profile", () => {
  const { profiles, errors } = parse(`${head}  subject: { uid: x1 }
  egress:
    default: dny
    rules:
      - allow: { to: [10.0.0.1/8, nope..example], ports: 70000 }
      - { name: a, deny: { to: [] } }
`);
  assert.deepEqual(profiles, []);
  assert.deepEqual(
    errors.map(({ code, location }) => `${location?.line}:${location?.column} ${code}`),
    [
      "6:19 RF_POLICY_UNRESOLVED",
      "8:14 RF_POLICY_VALUE",
      "10:23 RF_POLICY_HOST_BITS",
      "10:35 RF_POLICY_DOMAIN",
      "10:58 RF_POLICY_PORT_RANGE",
      "11:32 RF_POLICY_EMPTY",
    ],
  );
});

test("parsePolicy never throws on a damaged file, and places every error inside it", () => {
  const whole = `${head}  subject: [{ exe: /a/**, uid: [root, 1-9] }, { host: true }]
  egress:
    default: deny
    rules:
      - { name: a, mode: audit, allow: { process: { comm: x }, to: [10.0.0.0/8, private], ports: [1, 53/udp] } }
      - deny: { to: any, protocol: icmp }
`;
  const random = new Random(5);
  const pieces = [
    "",
    "\n",
    "  ",
    "-",
    ":",
    "{",
    "]",
    "*",
    "&a ",
    "!",
    '"',
    "é",
    "\0",
    "0",
    "~",
    "%",
    "# ",
    "? ",
  ] as const;
  for (let round = 0; round < 3000; round++) {
    let text = whole;
    for (let damage = 0; damage <= random.below(4); damage++) {
      const at = random.below(text.length);
      text = text.slice(0, at) + random.pick(pieces) + text.slice(at + random.below(4));
    }
    const lineCount = text.split("\n").length;
    for (const { location, hint } of parse(text).errors) {
      assert.ok(location && location.line >= 1 && location.line <= lineCount && location.column >= 1, text);
      assert.ok(hint, text);
    }
  }
});

test("parsePolicy tells the first hundred errors and how many more there are", () => {
  const { errors } = parsePolicy("--- {}\n".repeat(250), "p.yaml", fixedResolver);
  assert.equal(errors.length, 101);
  assert.equal(errors.at(-1)?.code, "RF_POLICY_MORE_ERRORS");
  assert.match(errors.at(-1)?.message ?? "", /\b150 more/);
});

test("parsePolicy refuses deep nesting and too many lines where they begin", () => {
  const [deep] = parsePolicy(`a:\n  ${"[".repeat(1000)}`, "p.yaml", fixedResolver).errors;
  assert.match(deep?.format() ?? "", /^p\.yaml:2:6\d: The YAML is nested too deeply/);
  const [long] = parsePolicy("\n".repeat(2 ** 21), "p.yaml", fixedResolver).errors;
  assert.match(long?.format() ?? "", /^p\.yaml:1048577:1: The policy has over/);
});
