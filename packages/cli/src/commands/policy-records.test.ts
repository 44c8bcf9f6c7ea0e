import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { sampleVerdictEvent } from "@ringfence/policy/testing";

const RINGFENCE = fileURLToPath(new URL("../../../../ringfence", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ringfence-records-"));
after(() => rmSync(folder, { recursive: true }));

function ringfence(...args: readonly string[]) {
  return spawnSync(RINGFENCE, args, { cwd: folder, encoding: "utf8" });
}

const event = (sequence: number, change: object) =>
  `${JSON.stringify(sampleVerdictEvent(sequence, { domain: "www.example.com", rule: "web/out", count: 3, ...change }))}\n`;

writeFileSync(
  join(folder, "seen.ndjson"),
  event(1, {}) +
    event(2, { action: "deny", outcome: "denied", rule: "web/egress.default", domain: null, port: 80 }) +
    event(3, { action: "deny", outcome: "denied", rule: "web/never", domain: null, port: 25 }) +
    '{"half',
);
writeFileSync(
  join(folder, "draft.yaml"),
  JSON.stringify({
    apiVersion: "ringfence.dev/v1alpha1",
    kind: "SecurityProfile",
    metadata: { name: "draft" },
    spec: {
      mode: "audit",
      egress: { default: "deny", rules: [{ name: "plain", allow: { to: ["192.0.2.1"], ports: [80] } }] },
      ingress: { default: "deny" },
      listen: "none",
    },
  }),
);

describe("ringfence policy replay", () => {
  test("shows what a draft would decide otherwise, and says so by its status", () => {
    const { status, stdout, stderr } = ringfence("policy", "replay", "draft.yaml", "--from", "seen.ndjson");
    assert.equal(status, 3);
    assert.match(stdout, /^9 verdicts: 3 newly denied, 3 newly allowed, 3 as before/);
    assert.match(
      stdout,
      /newly denied +3 +\/usr\/bin\/curl +tcp www\.example\.com:443 +draft\/egress\.default +allowed by web\/out/,
    );
    assert.match(stdout, /newly allowed +3 +\/usr\/bin\/curl +tcp 192\.0\.2\.1:80 +draft\/plain/);
    assert.match(stderr, /warning: 1 lines are no records/);
  });

  test("gives explain an example that it takes", () => {
    const { stdout } = ringfence("policy", "replay", "draft.yaml", "--from", "seen.ndjson", "--json");
    const [group] = (JSON.parse(stdout) as { groups: { example: string; rule: string }[] }).groups;
    const { stdout: why } = ringfence("explain", "--policy", "draft.yaml", "--flow", group?.example ?? "");
    assert.match(why, /denied if audited rules were enforced/);
    assert.ok(why.includes(group?.rule ?? "?"));
  });
});

describe("ringfence policy suggest", () => {
  test("prints a rule for each kind of denial, or why there is none", () => {
    const { status, stdout } = ringfence("policy", "suggest", "--from", "seen.ndjson");
    assert.equal(status, 0);
    assert.match(stdout, /192\.0\.2\.1:80: denied 3 times by web\/egress\.default/);
    assert.match(stdout, /add to spec\.egress\.rules of profile "web":\n- name: curl-80\n/);
    assert.match(stdout, /192\.0\.2\.1:25: denied 3 times by web\/never\n# no rule helps: /);
    assert.doesNotMatch(stdout, /www\.example\.com/);
  });

  test("takes one event by the identity that observe shows", () => {
    const rows = ringfence(
      "observe",
      "--ids",
      "--from",
      "seen.ndjson",
      "--verdict",
      "denied",
      "--to",
      ":80",
    ).stdout;
    const id = /^(b0-\S+)/m.exec(rows)?.[1] ?? "";
    assert.equal(id, "b0-12-2");
    const { stdout } = ringfence("policy", "suggest", id, "--from", "seen.ndjson");
    assert.match(stdout, /- name: curl-80/);
    assert.doesNotMatch(stdout, /:25/);
    for (const [other, message] of [
      ["b0-12-1", /is no denial/],
      ["b0-12-9", /no event/],
    ] as const) {
      const { status, stderr } = ringfence("policy", "suggest", other, "--from", "seen.ndjson");
      assert.equal(status, 125);
      assert.match(stderr, message);
    }
    assert.equal(ringfence("policy", "suggest", "b0-12-3", "--from", "seen.ndjson").status, 1);
  });
});
