import assert from "node:assert/strict";
import { test } from "node:test";
import { profilesOf } from "../../testing/bouheki/bouheki-checks.js";
import { importProblems } from "../../testing/imported-policy.js";
import { importBouheki } from "./import-bouheki.js";

const problems = (text: string) => importProblems(importBouheki(text, "b.yaml"));

test("importBouheki refuses what bouheki does not start with, and what it ignores", () => {
  const broken =
    'network:\n  cidr:\n    allow: ["10.0.0.8"]\n  domain:\n    allow:\n      - "github.com",\n      - "api.github.com",\n';
  assert.equal(problems(broken).errors[0], "6:21 RF_POLICY_YAML");
  assert.deepEqual(problems('network:\n  cidr:\n    allow: ["10.0.0.8"]\n').errors, [
    "3:13 RF_POLICY_ADDRESS",
  ]);
  const typo = problems("file:\n  mode: block\n");
  assert.deepEqual(typo.errors, ["1:1 RF_POLICY_UNKNOWN_KEY"]);
  assert.match(typo.hints, /"files"/);
  const commands = problems("network:\n  mode: block\n  commands:\n    deny: [curl]\n");
  assert.deepEqual(commands.errors, ["3:3 RF_POLICY_UNKNOWN_KEY"]);
  assert.match(commands.hints, /"command"/);
  const words = problems("network:\n  mode: blok\n  target: containers\nlog: { format: yaml }\n");
  assert.deepEqual(words.errors.toSorted(), [
    "2:9 RF_POLICY_VALUE",
    "3:11 RF_POLICY_VALUE",
    "4:16 RF_POLICY_VALUE",
  ]);
  for (const [line, code] of [
    ["enable: yes", "RF_POLICY_TYPE"],
    ["uid: { allow: [root] }", "RF_POLICY_ID"],
    ["command: { allow: [systemd-resolved] }", "RF_POLICY_COMM"],
    ['domain: { allow: ["*.example.com"] }', "RF_POLICY_DOMAIN"],
    ["cidr: { allow: [10.0.0.0/40] }", "RF_POLICY_ADDRESS"],
    ["cidr: { interval: 5 }", "RF_POLICY_UNKNOWN_KEY"],
  ] as const) {
    assert.match(problems(`network:\n  ${line}\n`).errors.join(), new RegExp(`^2:\\d+ ${code}$`), line);
  }
  assert.deepEqual(problems("").errors, ["1:1 RF_POLICY_EMPTY"]);
  assert.deepEqual(problems("network: { mode: block }\n---\nnetwork: { mode: block }\n").errors, [
    "3:1 RF_POLICY_YAML",
  ]);
  assert.equal(importBouheki("file: 1", "b.yaml").text, "");
});

test("importBouheki warns of each line that it cannot carry, and of what means something else", () => {
  const text = `network:
  cidr:
    allow: [0.0.0.0/0]
    deny: [192.168.1.1/24]
  domain: { deny: [example.com], interval: 5 }
  uid: { deny: [7] }
files:
  deny:
    - /proc/sys
    - /root/.ssh
mount:
  enable: false
  deny: [/var/run/docker.sock]
dns_proxy: { enable: true }
log: { level: INFO, labels: { a: b } }
`;
  assert.deepEqual(problems(text).errors, []);
  assert.deepEqual(
    problems(text).warnings.toSorted(),
    [
      "14:12 RF_IMPORT_LOST",
      "15:15 RF_IMPORT_LOST",
      "15:29 RF_IMPORT_LOST",
      "3:5 RF_IMPORT_DIFFERS",
      "4:12 RF_IMPORT_DIFFERS",
      "5:20 RF_IMPORT_DIFFERS",
      "5:44 RF_IMPORT_LOST",
      "6:8 RF_IMPORT_DIFFERS",
      "9:7 RF_IMPORT_LOST",
      "10:7 RF_IMPORT_LOST",
    ].toSorted(),
  );
});

test("importBouheki takes more entries than bouheki has room for", () => {
  const allow = Array.from({ length: 1000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  const [profile] = profilesOf(`network:\n  cidr:\n    allow: [${allow.join(", ")}, "::/0"]\n`);
  assert.equal(profile?.egress?.rules[0]?.destination.to?.length, 1001);
});

test("importBouheki writes a policy that says where each rule came from", () => {
  const text = `network:
  mode: block
  target: container
  cidr:
    allow:
      - 10.0.0.0/8
      - 192.0.2.0/24
    deny: [10.66.0.0/16]
  domain:
    allow: [example.com]
  command:
    deny: [nc, ncat]
dns_proxy:
  enable: true
  upstreams: [192.0.2.53]
`;
  assert.equal(importBouheki(text, "bouheki.yaml").text, expectedPolicy);
});

const expectedPolicy = `# From bouheki.yaml, by ringfence policy import bouheki.
# bouheki judges connect() only. Here the same rules hold for whatever leaves: also datagrams that are sent without
# connecting, TCP Fast Open and ICMP. IPv4 addresses in IPv6 form follow the rules for IPv4.
apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata:
  name: bouheki
spec:
  # network.mode: block, line 2
  mode: enforce
  # network.target: container, line 3
  subject:
    - container: true
  egress:
    default: deny
    rules:
      # from lines 6-7, 10
      - name: passes
        allow:
          to: [10.0.0.0/8, 192.0.2.0/24, example.com]
          protocol: [tcp, udp, sctp, icmp]
      # bouheki leaves port 0 alone: libraries look for a route with it
      - name: port-0
        allow:
          ports: [0]
      # from line 8
      - name: never-there
        deny:
          to: [10.66.0.0/16]
          ports: [1-65535]
      # the same for what has no port
      - name: never-there-icmp
        deny:
          to: [10.66.0.0/16]
          protocol: [icmp]
      # from line 12
      - name: never-command
        deny:
          process:
            - comm: [nc, ncat]
          ports: [1-65535]
      # the same for what has no port
      - name: never-command-icmp
        deny:
          process:
            - comm: [nc, ncat]
          protocol: [icmp]
  # bouheki says nothing of what comes in, and of who listens
  ingress:
    default: allow
    rules: []
  listen: [0-65535]
  # bouheki refuses no query; who may reach a name may ask the resolvers, or it could not be learned
  dns:
    queries: allow
    resolvers: [192.0.2.53]
`;
