import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EVENT_SCHEMA, parseAddress } from "@ringfence/model";
import { readObservation } from "../observed/read-observation.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { type SampleRecord, sampleQuery, sampleVerdict } from "../testing/sample-records.js";
import { addressBlocks } from "./address-blocks.js";
import { type LearnOptions, usualEphemeral } from "./learn-options.js";
import { Learner } from "./learner.js";
import { shortNames } from "./rule-names.js";
import { writeLearned } from "./write-learned.js";

let second = 0;
const nextTime = () => new Date(Date.UTC(2026, 10, 26, 10, 0, second++)).toISOString();

function flow(change: SampleRecord = {}): SampleRecord {
  return sampleVerdict({ time: nextTime(), outcome: "would-deny", ...change });
}

function query(change: SampleRecord = {}): SampleRecord {
  return sampleQuery({ time: nextTime(), ...change });
}

function learn(lines: readonly SampleRecord[], options: Partial<LearnOptions> = {}) {
  const learner = new Learner({
    name: "p",
    subject: null,
    wildcards: [],
    ephemeral: usualEphemeral,
    ...options,
  });
  for (const line of lines) {
    const observation = readObservation(line);
    assert.ok(observation, JSON.stringify(line));
    learner.add(observation);
  }
  const learned = learner.finish();
  const text = writeLearned(learned);
  const { profiles, errors } = parsePolicy(text, "learned.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  const rules = (direction: "egress" | "ingress") =>
    [
      ...text.matchAll(
        /- name: (\S+)\n[\s\S]*?(?:to|from): \[?(.*?)\]?\n(?:\s+(?:ports|localPorts|protocol): \[(.*)\])?/g,
      ),
    ]
      .filter(([, name]) => (name?.includes("-in-") ?? false) === (direction === "ingress"))
      .map(([, name, to, ports]) => `${name}: ${to} ${ports ?? ""}`);
  return { text, learned, profile: profiles[0], rules };
}

describe("Learner", () => {
  test("writes names where the program had asked for them, and leaves the resolver to dns.resolvers", () => {
    const { rules } = learn([
      query(),
      flow({ protocol: "udp", address: "10.0.0.53", port: 53 }),
      flow(),
      flow({ address: "192.0.2.9" }),
      flow({ exe: "/usr/bin/wget" }),
    ]);
    assert.deepEqual(rules("egress"), [
      "curl-443: www.example.com, 192.0.2.9 443/tcp",
      "wget-443: 192.0.2.1 443/tcp",
    ]);
  });

  test("takes the name that the kernel knew where the program did not ask itself", () => {
    assert.deepEqual(learn([flow({ domain: "a.example" })]).rules("egress"), ["curl-443: a.example 443/tcp"]);
  });

  test("keeps the rule for a resolver whose answers do not count", () => {
    const { rules } = learn([
      flow({ protocol: "udp", address: "10.0.0.9", port: 53 }),
      query({ resolver: "10.0.0.9", trust: "untrusted" }),
      flow(),
    ]);
    assert.deepEqual(rules("egress"), [
      "curl-443: 192.0.2.1 443/tcp",
      "curl-53-udp: 10.0.0.9 53/udp",
      "curl-asks: www.example.com 0",
    ]);
  });

  test("lets names be asked for that were never connected to, and no more than that", () => {
    const { profile } = learn([query({ answer: "NXDOMAIN", addresses: [] })]);
    assert.deepEqual(profile?.egress?.rules[0]?.destination.ports, [{ from: 0, to: 0, protocol: null }]);
  });

  test("makes up no wildcard, and writes one that was asked for", () => {
    const lines = ["b.example.com", "a.example.com"].flatMap((name, index) => [
      query({ name, addresses: [`192.0.2.${index}`] }),
      flow({ address: `192.0.2.${index}` }),
    ]);
    assert.deepEqual(learn(lines).rules("egress"), ["curl-443: a.example.com, b.example.com 443/tcp"]);
    const wildcards = [{ name: "example.com", wildcard: true }];
    assert.deepEqual(learn(lines, { wildcards }).rules("egress"), ['curl-443: "*.example.com" 443/tcp']);
  });

  test("has nothing to do with addresses that no name may have", () => {
    const lines = [query({ addresses: ["127.0.0.1"] }), flow({ address: "127.0.0.1" })];
    assert.deepEqual(learn(lines).rules("egress"), [
      "curl-443: 127.0.0.1 443/tcp",
      "curl-asks: www.example.com 0",
    ]);
  });

  test("lengthens the grace for connections that came after the name had run out", () => {
    const early = query({ time: "2026-11-26T10:00:00Z" });
    const late = flow({ time: "2026-11-26T10:05:30Z" });
    assert.equal(learn([early, late]).profile?.names?.graceSeconds, 360);
    assert.equal(learn([early, { ...late, domain: "www.example.com" }]).profile?.names, null);
  });

  test("tells ports that the kernel chose from those that were bound", () => {
    const listens = (hook: string, port: number): SampleRecord =>
      flow({ direction: "listen", hook, address: "127.0.0.1", port });
    const meets = (port: number): SampleRecord[] => [
      flow({ address: "127.0.0.1", port }),
      flow({ direction: "ingress", hook: "packet", address: "127.0.0.1", port }),
    ];
    const { rules, profile } = learn([
      listens("listen", 40_001),
      ...meets(40_001),
      listens("bind", 40_002),
      listens("listen", 40_002),
      ...meets(40_002),
    ]);
    assert.deepEqual(rules("egress"), [
      "curl-40002: 127.0.0.1 40002/tcp",
      "curl-ephemeral: 127.0.0.1 32768-60999/tcp",
    ]);
    assert.deepEqual(rules("ingress"), [
      "curl-in-40002: 127.0.0.1 40002/tcp",
      "curl-in-ephemeral: 127.0.0.1 32768-60999/tcp",
    ]);
    assert.deepEqual(profile?.listen?.ports, [
      { from: 32_768, to: 60_999, protocol: "tcp" },
      { from: 40_002, to: 40_002, protocol: "tcp" },
    ]);
  });

  test("takes four ports of one server for ports that it chose, and not three", () => {
    const lines = [40_001, 40_002, 40_003, 40_004].map((port) => flow({ port }));
    assert.deepEqual(learn(lines).rules("egress"), ["curl-ephemeral: 192.0.2.1 32768-60999/tcp"]);
    assert.equal(learn(lines.slice(1)).rules("egress").length, 3);
  });

  test("writes a rule for icmp without ports", () => {
    const { rules, profile } = learn([flow({ protocol: "icmp", port: null })]);
    assert.deepEqual(rules("egress"), ["curl-icmp: 192.0.2.1 icmp"]);
    assert.deepEqual(profile?.egress?.rules[0]?.destination.protocols, ["icmp"]);
  });

  test("says what is in no rule", () => {
    const { learned } = learn([
      flow({ action: "deny", outcome: "denied" }),
      flow({ exe: "/memfd:x", exeFlags: ["no-path"] }),
      flow({ exe: "/tmp/x", exeFlags: ["trusted", "deleted"] }),
      flow({ protocol: "47", port: null }),
      flow({ protocol: "packet", address: null, port: null, reason: "address-family" }),
      query({ name: "." }),
      flow({ direction: "ingress", reason: "reply", outcome: "allowed" }),
    ]);
    assert.deepEqual(learned.profile.egress?.rules, []);
    assert.deepEqual(learned.profile.ingress?.rules, []);
    assert.deepEqual(learned.leftOut, [
      "1 verdict: /memfd:x, whose path cannot be believed: no rule can allow it by path",
      "1 verdict: /tmp/x, whose path cannot be believed: no rule can allow it by path",
      "1 verdict: /usr/bin/curl, a protocol that no rule can name",
      "1 verdict: /usr/bin/curl, denied",
      "1 verdict: /usr/bin/curl, packet (address-family): no rule can be about it",
      '1 verdict: /usr/bin/curl, query for ".": no rule can list it',
    ]);
  });

  test("looks at the subject only, and says when records cannot tell", () => {
    const subject = [{ exe: ["/usr/bin/wget"], ancestor: ["/bin/sh"] }];
    const { learned } = learn([flow(), flow({ exe: "/usr/bin/wget" })], { subject });
    assert.deepEqual(learned.profile.egress?.rules, []);
    assert.deepEqual(learned.leftOut, ['records without "ancestor", which the subject asks for']);
    const byExe = learn([flow(), flow({ exe: "/usr/bin/wget" })], { subject: [{ exe: ["/usr/bin/wget"] }] });
    assert.deepEqual(byExe.rules("egress"), ["wget-443: 192.0.2.1 443/tcp"]);
  });

  test("tells containers by name, image and labels, and units by cgroup, where records have them", () => {
    const inWorkload = (workload: SampleRecord, port: number): SampleRecord => {
      const { exe, exeFlags, comm, uid, gid, ...rest } = flow({ port });
      const process = { exe, exeFlags, comm, uid, gid, ancestors: [] };
      return { ...rest, schema: EVENT_SCHEMA, type: "verdict", process, workload };
    };
    const web = {
      kind: "container",
      name: "web",
      id: "1",
      image: "nginx:1",
      labels: { app: "shop" },
      cgroup: "/c/1",
    };
    const unit = { kind: "unit", name: "a.service", cgroup: "/system.slice/a.service" };
    const lines = [inWorkload(web, 1), inWorkload({ ...web, name: "db" }, 2), inWorkload(unit, 3)];
    const ports = (subject: LearnOptions["subject"]) =>
      learn(lines, { subject })
        .rules("egress")
        .map((rule) => rule.slice(0, 6));
    assert.deepEqual(ports([{ container: { name: ["web"] } }]), ["curl-1"]);
    assert.deepEqual(ports([{ container: { image: ["nginx"], label: { app: ["shop"] } } }]), [
      "curl-1",
      "curl-2",
    ]);
    assert.deepEqual(ports([{ container: { label: { app: ["other"] } } }]), []);
    assert.deepEqual(ports([{ unit: ["a.service"] }]), ["curl-3"]);
    assert.deepEqual(ports([{ host: true }]), ["curl-3"]);
  });

  test("writes the same whatever the order, and says how often and how recently", () => {
    const lines = [flow({ port: 1 }), flow({ port: 2 }), flow({ port: 1, address: "192.0.2.2" })];
    assert.equal(learn(lines).text, learn(lines.toReversed()).text);
    assert.match(learn(lines).text, /# learn: 2 times, last 2026-11-26T10:\d\dZ\n\s+- name: curl-1\n/);
  });
});

test("addressBlocks gives whole blocks only, as long as there is room", () => {
  const addresses = (...texts: string[]) => texts.flatMap((text) => parseAddress(text) ?? []);
  const blocks = (most: number, ...texts: string[]) => {
    const { prefixes, unseen } = addressBlocks(addresses(...texts), most);
    return [prefixes.map(({ address, length }) => `${address.value & 0xffn}/${length}`), unseen];
  };
  assert.deepEqual(blocks(9, "10.0.0.5", "10.0.0.4", "10.0.0.7"), [["4/31", "7/32"], 0n]);
  assert.deepEqual(blocks(9, "10.0.0.5", "10.0.0.4", "10.0.0.7", "10.0.0.6"), [["4/30"], 0n]);
  assert.deepEqual(blocks(9, "10.0.0.1", "10.0.0.2"), [["1/32", "2/32"], 0n]);
  assert.deepEqual(blocks(2, "10.0.0.4", "10.0.0.7", "10.0.0.200"), [["4/30", "200/32"], 2n]);
  assert.deepEqual(blocks(1, "10.0.0.4", "fd00::4"), [["4/32", "4/128"], 0n], "families never mix");
});

test("shortNames tells executables of one name apart by the folders above", () => {
  const names = shortNames(["/usr/bin/node", "/opt/a/bin/node", "/usr/bin/git", "/opt/[x]"]);
  assert.deepEqual([...names.values()], ["usr-bin-node", "a-bin-node", "git", "x-"]);
});
