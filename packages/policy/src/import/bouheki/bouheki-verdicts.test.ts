import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseAddress } from "@ringfence/model";
import { evaluate } from "../../evaluate/evaluate.js";
import { configOf, passes, profilesOf, shell } from "../../testing/bouheki/bouheki-checks.js";
import { bouhekiPermits, type Connect, permitsWithResolvers } from "../../testing/bouheki/bouheki-judge.js";
import { randomCall, randomConfigText } from "../../testing/bouheki/random-config.js";
import { Random } from "../../testing/random.js";
import { seedOf } from "../../testing/seed.js";

const seed = seedOf(process.env);

test("importBouheki gives profiles with the verdicts of bouheki, for random configurations and calls", (t: TestContext) => {
  const outcomes = new Map<string, number>();
  for (let i = 0; i < 2000; i++) {
    const random = new Random(seed + i);
    const text = randomConfigText(random);
    const config = configOf(text);
    const profiles = profilesOf(text);
    const mode = config.mode === "block" ? "enforce" : "audit";
    assert.equal(profiles[0]?.mode, config.enable ? mode : "off");
    for (let j = 0; j < 50; j++) {
      const call = randomCall(random);
      // An address with several names is judged as each of them here, and may be used if one of them may.
      const expected = config.enable
        ? (call.names.length === 0 ? [[]] : call.names.map((name) => [name])).some((names) =>
            permitsWithResolvers(config, { ...call, names }),
          )
        : true;
      const actual = passes(profiles, call, random.pick(["tcp", "udp"]));
      assert.equal(
        actual,
        expected,
        `seed ${seed + i}\n${text}\n${JSON.stringify(call, (_k, v) => (typeof v === "bigint" ? v.toString() : v))}`,
      );
      const kind = `${config.target} ${expected ? "passes" : "refused"}`;
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    }
  }
  t.diagnostic([...outcomes].map(([kind, count]) => `${kind}: ${count}`).join(", "));
  for (const [kind, count] of outcomes) assert.ok(count > 2000, `only ${count}: ${kind}`);
  assert.equal(outcomes.size, 4);
});

test("importBouheki lets the same rules hold for what bouheki does not see", () => {
  const profiles = profilesOf(
    "network:\n  mode: block\n  cidr:\n    allow: [10.0.0.0/8]\n    deny: [10.1.0.0/16]\n  uid:\n    deny: [7]\n",
  );
  const allowed = (protocol: "sctp" | "icmp" | "other", to: string, uid = 0) => {
    const address = parseAddress(to) ?? shell.address;
    const process = { exe: null, ancestors: [], comm: "a", uid, gid: 0, cgroup: "/", container: false };
    return (
      evaluate(profiles, process, { protocol, address, port: protocol === "sctp" ? 5060 : null }).outcome ===
      "allowed"
    );
  };
  assert.ok(allowed("icmp", "10.0.0.1"));
  assert.ok(!allowed("icmp", "10.1.0.1"));
  assert.ok(!allowed("icmp", "10.0.0.1", 7));
  assert.ok(allowed("sctp", "10.0.0.1"));
  assert.ok(!allowed("sctp", "10.1.0.1"));
  assert.ok(!allowed("sctp", "10.0.0.1", 7));
  assert.ok(!allowed("other", "10.0.0.1"));
  const [open] = [profilesOf("network:\n  mode: block\n")];
  const process = { exe: null, ancestors: [], comm: "a", uid: 7, gid: 0, cgroup: "/", container: false };
  assert.equal(
    evaluate(open, process, { protocol: "other", address: shell.address, port: null }).outcome,
    "allowed",
  );
});

type Case = readonly [call: Partial<Omit<Connect, "address">> & { readonly to?: string }, passes: boolean];

/** What bouheki's documentation shows, and what it says of it. */
const documented: Readonly<Record<string, { readonly text: string; readonly cases: readonly Case[] }>> = {
  "monitor everything": {
    text: "network:\n  mode: monitor\n  target: host\n  cidr:\n    allow: ['0.0.0.0/0']\n",
    cases: [
      [{}, true],
      [{ container: true }, true],
      [{ to: "2001:db8::1" }, false],
    ],
  },
  "block two private networks": {
    text: "network:\n  mode: block\n  target: host\n  cidr:\n    allow: ['0.0.0.0/0']\n    deny:\n      - 192.168.1.1/24\n      - 10.0.1.1/24\n",
    cases: [
      [{}, true],
      [{ to: "192.168.1.200" }, false],
      [{ to: "192.168.2.1" }, true],
      [{ to: "10.0.1.255" }, false],
      [{ to: "::ffff:10.0.1.255" }, false],
      [{ to: "10.0.1.255", port: 0 }, true],
    ],
  },
  "block the metadata service": {
    text: "network:\n  mode: block\n  target: host\n  cidr:\n    allow: ['0.0.0.0/0']\n    deny:\n      - 169.254.169.254/32\n",
    cases: [
      [{}, true],
      [{ to: "169.254.169.254", port: 80 }, false],
      [{ to: "169.254.169.253", port: 80 }, true],
    ],
  },
  "block a domain": {
    text: "network:\n  mode: block\n  target: host\n  cidr:\n    allow: ['0.0.0.0/0']\n  domain:\n    deny:\n      - example.com\n",
    cases: [
      [{ names: ["example.com"] }, false],
      [{ names: ["www.example.com"] }, true],
      [{}, true],
    ],
  },
  "watch containers only": {
    text: "network:\n  mode: monitor\n  target: container\n  cidr:\n    allow: ['0.0.0.0/0']\n",
    cases: [
      [{ container: true, to: "2001:db8::1" }, false],
      [{ to: "2001:db8::1" }, true],
    ],
  },
  "block a command": {
    text: "network:\n  mode: block\n  target: container\n  cidr:\n    allow: ['0.0.0.0/0']\n  command:\n    deny: ['curl']\n",
    cases: [
      [{ container: true, comm: "curl" }, false],
      [{ container: true, comm: "wget" }, true],
      [{ comm: "curl" }, true],
    ],
  },
  "block a user, and let root through": {
    text: "network:\n  mode: block\n  target: container\n  cidr:\n    allow: ['0.0.0.0/0']\n  uid:\n    allow: [0]\n    deny: [1000]\n",
    cases: [
      [{ container: true, uid: 1000 }, false],
      [{ container: true, uid: 0 }, true],
      [{ container: true, uid: 7 }, false],
    ],
  },
  "an allowed command is exempt from a denied network": {
    text: "network:\n  mode: block\n  cidr:\n    allow: [10.0.0.0/8]\n    deny: [10.254.249.0/24, 203.0.113.0/24]\n  command:\n    allow: [curl]\n",
    cases: [
      [{ comm: "curl", to: "10.254.249.3" }, true],
      [{ comm: "wget", to: "10.254.249.3" }, false],
      [{ comm: "curl", to: "203.0.113.9" }, true],
      [{ comm: "curl" }, false],
      [{ comm: "wget", to: "10.1.1.1" }, false],
    ],
  },
  "harden a runner": {
    text: `network:
  mode: block
  target: host
  cidr:
    allow: ["8.8.8.8/32", "8.8.4.4/32", "127.0.0.1/32", "10.0.0.8/32", "172.16.0.0/12", "192.168.0.0/16"]
  domain:
    allow:
      - github.com
      - api.github.com
dns_proxy:
  enable: true
  upstreams: [8.8.8.8, 8.8.4.4]
log:
  format: json
`,
    cases: [
      [{ names: ["api.github.com"] }, true],
      [{ names: ["gist.github.com"] }, false],
      [{}, false],
      [{ to: "8.8.4.4", port: 53 }, true],
      [{ to: "172.17.0.1" }, true],
    ],
  },
  "files and mounts only": {
    text: "mount:\n  mode: block\n  target: host\n  deny:\n    - /var/run/docker.sock\n",
    cases: [
      [{}, true],
      [{ to: "2001:db8::1" }, true],
    ],
  },
};

for (const [name, { text, cases }] of Object.entries(documented)) {
  test(`importBouheki understands the documented example "${name}"`, () => {
    const profiles = profilesOf(text);
    for (const [{ to, ...change }, expected] of cases) {
      const call = {
        ...shell,
        ...change,
        ...(to === undefined ? {} : { address: parseAddress(to) ?? shell.address }),
      };
      assert.equal(
        bouhekiPermits(configOf(text), call),
        expected,
        `the reference, ${JSON.stringify(change)} ${to}`,
      );
      assert.equal(passes(profiles, call, "tcp"), expected, `${JSON.stringify(change)} ${to}`);
    }
  });
}
