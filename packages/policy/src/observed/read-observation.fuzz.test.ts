import assert from "node:assert/strict";
import { test } from "node:test";
import { DNS_SCHEMA, EVENT_SCHEMA, type Profile, VERDICT_SCHEMA } from "@ringfence/model";
import { usualEphemeral } from "../learn/learn-options.js";
import { Learner } from "../learn/learner.js";
import { lineDiff } from "../learn/line-diff.js";
import { mergeLearned } from "../learn/merge-learned.js";
import { writeLearned } from "../learn/write-learned.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { Replay } from "../replay/replay.js";
import { suggestRule } from "../suggest/suggest-rule.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { Random } from "../testing/random.js";
import { seedOf } from "../testing/seed.js";
import type { Observation } from "./observation.js";
import { readObservation } from "./read-observation.js";

const seed = seedOf(process.env);

/** What a field may hold in a record of an older build, of somebody else, or of an attacker who names programs and hosts. */
const values = [
  null,
  -1,
  70_000,
  1e300,
  "",
  "tcp",
  "udp",
  "47",
  "allowed",
  "denied",
  "would-deny",
  "egress",
  "ingress",
  "listen",
  "unattributed",
  "policy",
  "/usr/bin/curl",
  "/tmp/a b\n- name: evil",
  "/tmp/*",
  "/tmp/\u0000",
  "/tmp/#: {x}",
  "127.0.0.1",
  "::ffff:10.0.0.1",
  "2001:db8::1",
  "0.0.0.0",
  "www.example.com",
  "*.example.com",
  "a'b.example",
  "2026-11-26T10:00:00Z",
  "never",
  [],
  ["trusted"],
  {},
] as const;

const fields = [
  "time",
  "count",
  "exe",
  "exeFlags",
  "comm",
  "uid",
  "gid",
  "action",
  "outcome",
  "direction",
  "reason",
  "hook",
  "protocol",
  "address",
  "port",
  "domain",
  "rule",
  "shadowRule",
  "name",
  "answer",
  "resolver",
  "trust",
  "addresses",
] as const;

function randomRecord(random: Random): unknown {
  const plain = {
    schema: random.pick([VERDICT_SCHEMA, VERDICT_SCHEMA, DNS_SCHEMA, EVENT_SCHEMA]),
    type: random.pick(["verdict", "dns", "other"]),
    time: "2026-11-26T10:00:00Z",
    exe: random.pick(["/usr/bin/curl", "/tmp/a b\n- name: evil", "/tmp/#: {x}", "/opt/'\"/x"]),
    exeFlags: ["trusted"],
    comm: "curl",
    uid: 0,
    gid: 0,
    action: "allow",
    outcome: "would-deny",
    direction: random.pick(["egress", "ingress", "listen"]),
    reason: "policy",
    hook: random.pick(["connect", "bind", "listen"]),
    protocol: random.pick(["tcp", "udp", "icmp"]),
    address: random.pick(["192.0.2.1", "127.0.0.1", "2001:db8::1", "0.0.0.0"]),
    port: random.pick([53, 443, 8080, 40_000, 65_535]),
    domain: random.pick([null, "a.example", "*.b.example", "c_d.example"]),
    rule: null,
    shadowRule: "p/egress.default",
    name: random.pick(["a.example", ".", "x".repeat(300)]),
    answer: "NOERROR",
    resolver: "10.0.0.53",
    trust: "trusted",
    addresses: ["192.0.2.1"],
  };
  const record: Record<string, unknown> = plain;
  for (const field of random.list(0, 3, () => random.pick(fields))) record[field] = random.pick(values);
  return record["schema"] === EVENT_SCHEMA ? { ...record, process: record } : record;
}

test("whatever records hold, nobody throws, and what is learned is a policy that parses and stays as it is", () => {
  for (let round = 0; round < 300; round++) {
    const random = new Random(seed + round);
    const records = random.list(1, 30, () => randomRecord(random));
    const seen = records.map(readObservation).filter((one) => one !== null && one !== undefined);
    const replay = new Replay([]);
    for (const observation of seen) {
      replay.add(observation);
      if (observation.kind !== "other") suggestRule(observation);
    }
    replay.finish();
    const text = writeLearned(learn(seen));
    const { errors, profiles } = parsePolicy(text, "learned.yaml", fixedResolver);
    assert.deepEqual(errors, [], `seed ${seed + round}: ${text}`);
    const [existing] = profiles;
    assert.ok(existing);
    assert.equal(
      lineDiff(text, mergeLearned(text, existing, learn(seen, existing))),
      "",
      `seed ${seed + round}`,
    );
  }
});

function learn(seen: readonly Observation[], existing?: Profile) {
  const options = { name: "p", subject: null, wildcards: [], ephemeral: usualEphemeral };
  const learner = new Learner(existing === undefined ? options : { ...options, existing });
  for (const observation of seen) learner.add(observation);
  return learner.finish();
}
