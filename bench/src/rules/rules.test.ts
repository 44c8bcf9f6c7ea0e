import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAddress } from "@ringfence/model";
import { evaluate, type ProcessFacts } from "@ringfence/policy";
import { profilesOf } from "../host/bench-policy.js";
import { adversarialRules } from "./adversarial.js";
import { manyPrefixes } from "./many-prefixes.js";
import { nftText } from "./nft-text.js";
import { policyText } from "./policy-text.js";
import { realisticRules } from "./realistic.js";
import type { RuleSet } from "./rule.js";

const cgroupOf = (index: number) => `/bench/app-${index}`;
const worker: ProcessFacts = {
  exe: { path: "/x/.cache/bench/worker", trusted: true },
  ancestors: [],
  comm: "worker",
  uid: 0,
  gid: 0,
  cgroup: "/bench/caller",
  container: false,
};

/** Which rule decides a datagram of the benchmark's worker. */
function decides(set: RuleSet, to: string, port: number): string | undefined {
  const address = parseAddress(to);
  assert.ok(address);
  const profiles = profilesOf(policyText(set), set.name);
  return evaluate(profiles, worker, { protocol: "udp", address, port }).enforced.rule?.ruleId;
}

describe("realisticRules", () => {
  const set = realisticRules(1000, cgroupOf);

  test("are the same each time and as many as asked for", () => {
    assert.deepEqual(realisticRules(1000, cgroupOf), set);
    assert.equal(set.rules.length, 1000);
  });

  test("decide the worker's calls by the rule in the middle, wherever they go", () => {
    for (const to of ["10.0.0.5", "10.0.3.5", "10.3.200.5", "10.51.0.5"]) {
      assert.equal(decides(set, to, 40_000), "realistic-1000/egress[500]", to);
    }
    assert.equal(decides(set, "10.0.0.5", 999), "realistic-1000/egress.default");
  });

  test("allow everything when there are none", () => {
    assert.deepEqual(realisticRules(0, cgroupOf), { name: "realistic-0", default: "allow", rules: [] });
  });
});

describe("adversarialRules", () => {
  test("never decide what the worker does, and each misses by one dimension only", () => {
    const set = adversarialRules(8);
    assert.equal(decides(set, "10.1.2.3", 40_000), "adversarial-8/egress.default");
    assert.equal(decides(set, "10.1.2.3", 999), "adversarial-8/egress[2]");
    assert.equal(decides(set, "10.255.0.5", 40_000), "adversarial-8/egress[3]");
  });
});

describe("manyPrefixes", () => {
  test("has as many blocks as asked for, no two alike", () => {
    const blocks = manyPrefixes(100_000).rules.flatMap(({ to }) => to);
    assert.equal(new Set(blocks).size, 100_000);
  });

  test("holds the destinations of the worker and not the gaps between its blocks", () => {
    const set = manyPrefixes(2000);
    assert.equal(decides(set, "10.0.13.5", 40_000), "prefixes-2000/egress[0]");
    assert.equal(decides(set, "10.0.13.70", 40_000), "prefixes-2000/egress.default");
  });
});

describe("nftText", () => {
  const set: RuleSet = {
    name: "small",
    default: "deny",
    rules: [
      {
        action: "allow",
        subject: { kind: "uid", uid: 7 },
        to: ["10.0.0.0/24"],
        protocol: "tcp",
        ports: [1, 2],
      },
      {
        action: "deny",
        subject: { kind: "cgroup", path: "/a/b" },
        to: ["2001:db8::/48"],
        protocol: "both",
        ports: [53, 53],
      },
    ],
  };

  test("linear writes a rule each, denies first", () => {
    const lines = nftText(set, "linear").split("\n");
    assert.deepEqual(
      lines.slice(lines.findIndex((line) => line.includes("policy drop")) + 1, -3).map((line) => line.trim()),
      [
        'socket cgroupv2 level 2 "a/b" ip6 daddr 2001:db8::/48 meta l4proto { tcp, udp } th dport 53 drop',
        "meta skuid 7 ip daddr 10.0.0.0/24 tcp dport 1-2 accept",
      ],
    );
  });

  test("map writes an element for each combination", () => {
    const text = nftText(set, "map");
    assert.match(text, /elements = \{ 7 \. 10\.0\.0\.0\/24 \. tcp \. 1-2 : accept \}/);
    assert.match(
      text,
      /"a\/b" \. 2001:db8::\/48 \. tcp \. 53 : drop, "a\/b" \. 2001:db8::\/48 \. udp \. 53 : drop/,
    );
    assert.match(text, /meta skuid \. ip daddr \. meta l4proto \. th dport vmap @uid_ip\n/);
  });
});
