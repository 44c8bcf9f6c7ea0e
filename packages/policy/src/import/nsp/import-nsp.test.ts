import assert from "node:assert/strict";
import { test } from "node:test";
import { type Profile, parseAddress } from "@ringfence/model";
import { evaluate } from "../../evaluate/evaluate.js";
import { flowFactsOf } from "../../flow-text/flow-facts.js";
import { parseFlowLine } from "../../flow-text/parse-flow-line.js";
import { importedProfiles, importProblems } from "../../testing/imported-policy.js";
import { importNsp } from "./import-nsp.js";

const head = (name: string) =>
  `apiVersion: securityprobe.datadoghq.com/v1\nkind: SecurityProfile\nmetadata: { name: ${name} }\nspec:\n`;

const profilesOf = (text: string) => importedProfiles(importNsp(text, "nsp.yaml"));

/** The verdict on flow text, with the rule that decided. */
function verdict(profiles: readonly Profile[], text: string): string {
  const line = parseFlowLine(text, "flow");
  const process = {
    exe: null,
    ancestors: [],
    comm: "",
    uid: 0,
    gid: 0,
    cgroup: "/",
    container: true,
    ...line.process,
  };
  const { shadow } = evaluate(profiles, process, flowFactsOf(line));
  return `${shadow.action} ${shadow.rule?.ruleId}`;
}

function assertVerdicts(text: string, expected: Readonly<Record<string, string>>): void {
  const profiles = profilesOf(text);
  const actual = Object.fromEntries(Object.keys(expected).map((flow) => [flow, verdict(profiles, flow)]));
  assert.deepEqual(actual, expected, importNsp(text, "nsp.yaml").text);
}

const billing = `apiVersion: securityprobe.datadoghq.com/v1
kind: SecurityProfile
metadata: {name: billing, namespace: default, labels: {app: billing}}
spec:
  attacks: [arp-spoofing]
  actions: [alert, enforce, trace-dns]
  default:
    egress:  {cidr4: [0.0.0.0/0], l3: {protocols: [ipv4, arp]}, l4: {protocols: [icmp]}}
    ingress: {cidr4: [0.0.0.0/0], l3: {protocols: [ipv4, arp]}, l4: {protocols: [icmp]}}
  processes:
  - path: /srv/billing
    network:
      egress:
        fqdns: [ledger.default.svc.cluster.local]
        cidr4: [10.96.0.10/32]
        l3: {protocols: [ipv4]}
        l4: {protocolPorts: [{protocol: udp, port: 53}, {protocol: tcp, port: 80}]}
        l7: {protocols: [dns, http], dns: [ledger.default.svc.cluster.local]}
      ingress:
        cidr4: [10.96.0.10/32]
        l3: {protocols: [ipv4]}
        l4: {protocols: [tcp], protocolPorts: [{protocol: udp, port: 53}]}
        l7: {protocols: [dns, http]}
`;

test("importNsp makes the documented profile real", () => {
  assertVerdicts(billing, {
    "exe=/srv/billing tcp 10.1.2.3:80 as ledger.default.svc.cluster.local": "allow billing/billing",
    "exe=/srv/billing tcp 10.1.2.3:443 as ledger.default.svc.cluster.local": "deny billing/egress.default",
    "exe=/srv/billing tcp [fd00::1]:80 as ledger.default.svc.cluster.local": "deny billing/billing-no-ipv6",
    "exe=/srv/billing tcp 10.1.2.3:80": "deny billing/egress.default",
    "exe=/srv/billing tcp 10.1.2.3:80 as other.default.svc.cluster.local": "deny billing/egress.default",
    "exe=/srv/billing udp 10.96.0.10:53": "allow billing/billing",
    "exe=/srv/billing udp 10.96.0.11:53": "deny billing/egress.default",
    "exe=/bin/sh tcp 10.1.2.3:80 as ledger.default.svc.cluster.local": "deny billing/egress.default",
    "exe=/bin/sh udp 10.96.0.10:53": "deny billing/egress.default",
    "exe=/srv/billing query ledger.default.svc.cluster.local": "allow billing/billing",
    "exe=/srv/billing query evil.example": "deny billing/dns.queries",
    "exe=/bin/sh query ledger.default.svc.cluster.local": "deny billing/dns.queries",
    "exe=/bin/ping icmp 198.51.100.1": "allow billing/default-icmp",
    "exe=/srv/billing ingress tcp 10.96.0.10 -> :8080": "allow billing/billing-ingress",
    "exe=/srv/billing ingress tcp 10.96.0.10 -> :443": "deny billing/ingress.default",
    "exe=/srv/billing ingress tcp 10.96.0.11 -> :8080": "deny billing/ingress.default",
    "exe=/bin/sh ingress tcp 10.96.0.10 -> :8080": "deny billing/ingress.default",
    "exe=/srv/billing ingress udp 10.96.0.10 -> :53": "deny billing/ingress.default",
    "exe=/bin/sh ingress icmp 198.51.100.1": "allow billing/default-ingress-icmp",
  });
});

/** The chart's profile of a client, with the search suffixes that it has to list, and a second binary that asks only. */
const pinging = `kind: SecurityProfile
apiVersion: securityprobe.datadoghq.com/v1
metadata:
  name: ping-profile
  labels:
    app: ping
spec:
  actions:
    - alert
  processes:
    - path: "/usr/local/bin/go-ping"
      network:
        egress:
          fqdns:
            - pong.default.svc.cluster.local.svc.cluster.local
            - pong.default.svc.cluster.local
          cidr4:
            - 10.96.0.10/32
          l3:
            protocols: [ipv4]
          l4:
            protocolPorts:
              - protocol: udp
                port: 53
              - protocol: tcp
                port: 80
          l7:
            protocols: [dns, http]
            dns:
              - pong.default.svc.cluster.local.svc.cluster.local
              - pong.default.svc.cluster.local
    - path: "/usr/local/bin/nspbench"
      network:
        egress:
          fqdns: [pong.default.svc.cluster.local]
          cidr4: [10.96.0.10/32]
          l3: { protocols: [ipv4] }
          l4: { protocolPorts: [{ protocol: udp, port: 53 }] }
          l7: { protocols: [dns], dns: [pong.default.svc.cluster.local, google.com, github.com] }
  default:
    ingress:
      cidr4: [0.0.0.0/0]
      cidr6: ["ff02:0000:0000:0000:0000:0000:0000:0002/100"]
      l3: { protocols: [ipv4, ipv6, arp] }
      l4: { protocols: [icmp, icmpv6] }
`;

test("importNsp lets names be asked for that may not be reached", () => {
  assertVerdicts(pinging, {
    "exe=/usr/local/bin/go-ping tcp 10.1.1.1:80 as pong.default.svc.cluster.local":
      "allow ping-profile/go-ping",
    "exe=/usr/local/bin/go-ping query google.com": "deny ping-profile/dns.queries",
    "exe=/usr/local/bin/nspbench query google.com": "allow ping-profile/nspbench-asks",
    "exe=/usr/local/bin/nspbench tcp 142.250.1.1:443 as google.com": "deny ping-profile/egress.default",
    "exe=/usr/local/bin/nspbench tcp 142.250.1.1:53 as google.com": "deny ping-profile/egress.default",
    "exe=/usr/local/bin/nspbench udp 10.96.0.10:53": "allow ping-profile/nspbench",
    "exe=/x ingress icmp ff02::5": "allow ping-profile/default-ingress-icmp",
    "exe=/x icmp 10.0.0.1": "deny ping-profile/egress.default",
  });
  const [profile] = profilesOf(pinging);
  assert.equal(profile?.mode, "audit");
  assert.deepEqual(profile?.dns?.resolvers, [parseAddress("10.96.0.10")]);
});

const serving = `${head("pong-profile")}  actions: [enforce]
  processes:
    - path: /usr/local/bin/pong
      network:
        egress: { cidr4: [0.0.0.0/0], l3: { protocols: [ipv4] }, l4: { protocols: [tcp] }, l7: { protocols: [http] } }
        ingress: { cidr4: [0.0.0.0/0], l3: { protocols: [ipv4] }, l4: { protocols: [tcp] }, l7: { protocols: [http] } }
    - path: /usr/bin/open
      network:
        egress: { cidr4: [0.0.0.0/0], cidr6: ["::/0"], l3: { protocols: [ipv4, ipv6] }, l4: { protocols: [tcp, udp, sctp, icmpv6] }, l7: { protocols: ["*"] } }
    - path: /usr/bin/closed
    - path: /usr/bin/mixed
      network:
        egress:
          cidr4: [192.0.2.1/32]
          cidr6: ["2001:db8::/32", "2001:db8::9/128"]
          l3: { protocols: [ipv6] }
          l4: { protocolPorts: [{ protocol: tcp, port: 80 }, { protocol: tcp, port: 443 }] }
          l7: { protocols: [http] }
`;

test("importNsp keeps ports of applications closed that layer 7 does not list", () => {
  assertVerdicts(serving, {
    "exe=/usr/local/bin/pong tcp 203.0.113.1:80": "allow pong-profile/pong",
    "exe=/usr/local/bin/pong tcp 203.0.113.1:81": "allow pong-profile/pong",
    "exe=/usr/local/bin/pong tcp 203.0.113.1:443": "deny pong-profile/egress.default",
    "exe=/usr/local/bin/pong tcp 203.0.113.1:53": "deny pong-profile/egress.default",
    "exe=/usr/local/bin/pong tcp 203.0.113.1:65535": "allow pong-profile/pong",
    "exe=/usr/local/bin/pong udp 203.0.113.1:80": "deny pong-profile/egress.default",
    "exe=/usr/local/bin/pong ingress tcp 203.0.113.1 -> :80": "allow pong-profile/pong-ingress",
    "exe=/usr/local/bin/pong ingress tcp 203.0.113.1 -> :443": "deny pong-profile/ingress.default",
    "exe=/usr/bin/open udp [2001:db8::1]:443": "allow pong-profile/open",
    "exe=/usr/bin/open sctp [2001:db8::1]:5060": "allow pong-profile/open",
    "exe=/usr/bin/open icmp 2001:db8::1": "allow pong-profile/open-icmp",
    "exe=/usr/bin/open icmp 203.0.113.1": "deny pong-profile/egress.default",
    "exe=/usr/bin/open ingress tcp 203.0.113.1 -> :80": "deny pong-profile/ingress.default",
    "exe=/usr/bin/closed tcp 203.0.113.1:80": "deny pong-profile/egress.default",
    "exe=/usr/bin/mixed tcp [2001:db8::1]:80": "allow pong-profile/mixed",
    "exe=/usr/bin/mixed tcp [2001:db8::1]:443": "deny pong-profile/egress.default",
    "exe=/usr/bin/mixed tcp 192.0.2.1:80": "deny pong-profile/egress.default",
  });
  assert.equal(profilesOf(serving)[0]?.dns?.resolvers, null);
});

const problems = (text: string) => importProblems(importNsp(text, "n.yaml"));

test("importNsp warns of each line that it cannot carry", () => {
  assert.deepEqual(problems(billing).errors, []);
  assert.deepEqual(problems(billing).warnings, [
    "3:38 RF_IMPORT_LOST",
    "3:55 RF_IMPORT_LOST",
    "5:13 RF_IMPORT_LOST",
    "6:29 RF_IMPORT_LOST",
    "8:58 RF_IMPORT_LOST",
    "9:58 RF_IMPORT_LOST",
    "20:9 RF_IMPORT_DIFFERS",
    "22:48 RF_IMPORT_LOST",
  ]);
  const more = `${head("p")}  labelSelector: { matchLabels: { app: x } }
  actions: [ignore]
  default: { egress: { fqdns: [google.fr], l4: { protocols: [tcp], protocolPorts: [{ protocol: tcp, port: 1 }] } } }
  processes:
    - path: /a
      network:
        egress:
          cidr4: [10.0.0.1/8]
          l3: { protocols: [ipv6, ipx] }
          l4: { protocols: [gre], protocolPorts: [{ protocol: tcp, port: 80 }] }
          l7: { protocols: [dns], http: [{ method: GET, uri: / }] }
        ingress: { l7: { dns: [a.example] } }
`;
  assert.deepEqual(problems(more).errors, []);
  assert.deepEqual(
    problems(more).warnings.toSorted(),
    [
      "5:18 RF_IMPORT_LOST",
      "6:13 RF_IMPORT_DIFFERS",
      "7:32 RF_IMPORT_LOST",
      "7:62 RF_IMPORT_LOST",
      "7:84 RF_IMPORT_LOST",
      "12:19 RF_IMPORT_DIFFERS",
      "12:19 RF_IMPORT_DIFFERS",
      "13:35 RF_IMPORT_LOST",
      "14:29 RF_IMPORT_LOST",
      "14:51 RF_IMPORT_DIFFERS",
      "15:42 RF_IMPORT_LOST",
      "16:31 RF_IMPORT_LOST",
    ].toSorted(),
  );
  assert.equal(profilesOf(more)[0]?.mode, "off");
});

/** A profile of one binary, with what it may do in a line each. */
const single = (egress: string, rest = "") =>
  `${head("p")}  actions: [enforce]\n  processes:\n    - path: /a\n      network:\n        egress: { ${egress} }\n${rest}`;
const resolver = "cidr4: [10.0.0.53/32], l3: { protocols: [ipv4] }";
const udp53 = "l4: { protocolPorts: [{ protocol: udp, port: 53 }] }";

test("importNsp warns of names that nothing could be asked for", () => {
  const asks = `fqdns: [a.example], ${resolver}, ${udp53}, l7: { protocols: [dns] }`;
  assert.deepEqual(problems(single(asks)).warnings, []);
  for (const closed of [
    asks.replace("[dns]", "[http]"),
    asks.replace("port: 53", "port: 54"),
    asks.replace("[ipv4]", "[]"),
    asks.replace(/cidr4: \S+ /, ""),
    asks.replace("udp", "sctp"),
  ]) {
    assert.ok(problems(single(closed)).warnings.includes("9:27 RF_IMPORT_DIFFERS"), closed);
  }
  const onlyAsked = `${resolver}, l7: { protocols: [dns], dns: [b.example] }`;
  assert.deepEqual(problems(single(onlyAsked)).warnings, ["9:99 RF_IMPORT_DIFFERS"]);
  const { warnings } = importNsp(single(onlyAsked), "n.yaml");
  assert.match(warnings[0]?.format() ?? "", /^n\.yaml:9:99: Nothing may be asked on port 53 there/);
});

test("importNsp warns where addresses of names could also come in", () => {
  const asks = `fqdns: [a.example], ${resolver}, ${udp53}, l7: { protocols: [dns] }`;
  const ingress = (text: string) =>
    problems(single(asks, `        ingress: { ${text}, l3: { protocols: [ipv4] } }\n`)).warnings;
  assert.deepEqual(ingress("cidr4: [10.0.0.0/8], l4: { protocols: [tcp] }"), ["10:18 RF_IMPORT_DIFFERS"]);
  assert.deepEqual(ingress("l4: { protocols: [tcp] }"), []);
  assert.deepEqual(ingress("cidr4: [10.0.0.0/8]"), []);
});

test("importNsp warns of each name and protocol in the part about packets of no process", () => {
  const rest = `${head("p")}  actions: [enforce]\n  default:\n    egress:\n      fqdns: [a.example]\n      l7: { protocols: [dns], dns: [b.example] }\n`;
  assert.deepEqual(problems(rest).warnings, [
    "8:15 RF_IMPORT_LOST",
    "9:25 RF_IMPORT_LOST",
    "9:37 RF_IMPORT_LOST",
  ]);
});

test("importNsp believes each single address that may be asked, as far as there is room", () => {
  const addresses = Array.from({ length: 18 }, (_, index) => `10.0.0.${index + 1}/32`);
  const text = single(
    `cidr4: [${["10.0.0.1/32", ...addresses].join(", ")}, 10.0.1.0/24], l3: { protocols: [ipv4] }, ${udp53}, l7: { protocols: [dns] }`,
  );
  const { warnings } = importNsp(text, "n.yaml");
  assert.deepEqual(
    warnings.map(({ code, location }) => [code, location?.line, location?.column]),
    [
      ["RF_IMPORT_LOST", 9, 255],
      ["RF_IMPORT_LOST", 9, 269],
    ],
  );
  assert.match(warnings[0]?.message ?? "", /room for 16 resolvers/);
  const [profile] = profilesOf(text);
  assert.deepEqual(
    profile?.dns?.resolvers,
    addresses.slice(0, 16).map((address) => parseAddress(address.slice(0, -3))),
  );
});

test("importNsp refuses what Network Security Probe drops silently", () => {
  const spec = (text: string) => problems(`${head("p")}  ${text}\n`);
  const egress = (text: string) => spec(`processes: [{ path: /a, network: { egress: { ${text} } } }]`);
  for (const [found, code, hint] of [
    [spec("actions: [kill]"), "RF_POLICY_VALUE", /alert/],
    [spec("attacks: [syn-flood]"), "RF_POLICY_VALUE", /arp-spoofing/],
    [spec("action: [alert]"), "RF_POLICY_UNKNOWN_KEY", /"actions"/],
    [spec("processes: [{ network: { egress: { cidr4: [10.0.0.0/8] } } }]"), "RF_POLICY_MISSING_KEY", /path/],
    [spec("processes: [{ path: curl }]"), "RF_POLICY_PATTERN", /\*\*\/curl/],
    [spec("processes: [{ path: /usr/bin/* }]"), "RF_POLICY_PATTERN", /star/],
    [egress("cidr4: [10.0.0.1]"), "RF_POLICY_ADDRESS", /10\.0\.0\.1\/32/],
    [egress("cidr4: ['::/0']"), "RF_POLICY_ADDRESS", /cidr6/],
    [egress("fqdns: ['*.example.com']"), "RF_POLICY_DOMAIN", /wildcard/],
    [egress("l3: { protocols: [ipv5] }"), "RF_POLICY_VALUE", /"ipv[46]"/],
    [egress("l4: { protocols: [tpc] }"), "RF_POLICY_PROTOCOL", /"tcp"/],
    [egress("l4: { protocolPorts: [{ protocol: tcp, port: 65536 }] }"), "RF_POLICY_PORT_RANGE", /65535/],
    [egress("l4: { protocolPorts: [{ protocol: icmp, port: 1 }] }"), "RF_POLICY_PROTOCOL", /l4\.protocols/],
    [egress("l4: { protocolPorts: [{ protocol: tcp }] }"), "RF_POLICY_MISSING_KEY", /port/],
    [egress("l7: { protocols: [ftp] }"), "RF_POLICY_VALUE", /dns/],
    [
      spec("processes: [{ path: /a, network: { ingress: { fqdns: [a.example] } } }]"),
      "RF_POLICY_UNKNOWN_KEY",
      /cidr4/,
    ],
    [problems(head("p").replace("/v1", "/v2")), "RF_POLICY_VERSION", /v1/],
    [problems(head("p").replace("SecurityProfile", "Pod")), "RF_POLICY_VERSION", /SecurityProfile/],
    [
      problems(`${head("p")}  actions: [alert]\n---\n${head("p")}  actions: [alert]\n`),
      "RF_POLICY_DUPLICATE_NAME",
      /Rename/,
    ],
    [problems(""), "RF_POLICY_EMPTY", /file/],
  ] as const) {
    assert.ok(
      found.errors.some((error) => error.endsWith(` ${code}`)),
      `${code}: ${found.errors.join()}`,
    );
    assert.match(found.hints, hint);
  }
});

test("importNsp gives each binary rules of its own, whatever its name", () => {
  const process = (path: string) =>
    `    - { path: "${path}", network: { egress: { cidr4: [10.0.0.0/8], l3: { protocols: [ipv4] }, l4: { protocols: [tcp] } } } }\n`;
  const text = `${head("p")}  actions: [enforce]\n  processes:\n${["/a/curl", "/b/curl", "/a/default", "/a/[", `/a/${"x".repeat(90)}`].map(process).join("")}`;
  assert.deepEqual(
    profilesOf(text)[0]?.egress?.rules.map(({ id }) => id),
    ["p/curl", "p/curl-2", "p/default-2", "p/x-", `p/${"x".repeat(40)}`],
  );
});
