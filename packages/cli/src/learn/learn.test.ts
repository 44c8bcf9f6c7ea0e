import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { sampleVerdict } from "@ringfence/policy/testing";

const RINGFENCE = fileURLToPath(new URL("../../../../ringfence", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ringfence-learn-"));
after(() => rmSync(folder, { recursive: true }));

function learn(...args: readonly string[]) {
  return spawnSync(RINGFENCE, ["learn", ...args], { cwd: folder, encoding: "utf8" });
}

const verdict = sampleVerdict({ outcome: "would-deny", shadowRule: "watch/egress.default" });
writeFileSync(join(folder, "one.ndjson"), `${JSON.stringify(verdict)}\n`);
writeFileSync(join(folder, "two.ndjson"), `${JSON.stringify({ ...verdict, port: 80 })}\n`);

describe("ringfence learn", () => {
  test("writes a file, and the next time adds to it and prints the difference", () => {
    assert.equal(learn("--from", "one.ndjson", "-o", "p.yaml", "--name", "web").stdout, "");
    const both = ["--from", "one.ndjson", "--from", "two.ndjson", "-o", "p.yaml"];
    const shown = learn(...both, "--diff");
    assert.match(shown.stdout, /^\+ {6}- name: curl-80$/m);
    assert.doesNotMatch(shown.stdout, /^-.*name:/m);
    assert.doesNotMatch(readFileSync(join(folder, "p.yaml"), "utf8"), /curl-80/, "--diff writes nothing");
    assert.equal(learn(...both).stdout, shown.stdout);
    const text = readFileSync(join(folder, "p.yaml"), "utf8");
    assert.match(text, /name: web\n[\s\S]*curl-443[\s\S]*curl-80/);
    assert.equal(learn(...both).stdout, "");
    assert.match(learn("--from", "two.ndjson", "-o", "p.yaml", "--diff").stdout, /learn: not used/);
  });

  test("writes nothing when nothing was seen of the subject, and says why", () => {
    for (const [args, message] of [
      [["--subject", "exe=/usr/bin/wget"], /none of the \d+ events looked at is a verdict of this subject/],
      [["--subject", "ancestor=/bin/sh"], /records without "ancestor"/],
      [["--since", "2026-12-01T00:00:00Z"], /none of the \d+ events looked at is of that time/],
    ] as const) {
      const { status, stderr } = learn("--from", "one.ndjson", "-o", "none.yaml", ...args);
      assert.equal(status, 125);
      assert.match(stderr, message);
      assert.ok(!existsSync(join(folder, "none.yaml")));
    }
  });

  test("refuses what cannot be meant", () => {
    for (const [args, message] of [
      [[], /No subject is given/],
      [["--from", "one.ndjson", "--subject", "exe"], /"exe"/],
      [["--from", "one.ndjson", "--subject", "nonsense=1"], /nonsense/],
      [["--from", "one.ndjson", "--wildcard", "example.com"], /"example\.com"/],
      [["--from", "one.ndjson", "--since", "yesterday"], /"yesterday": write how long ago/],
      [["--from", "one.ndjson", "--diff"], /add --output/],
      [["--from", "none.ndjson"], /none\.ndjson/],
    ] as const) {
      const { status, stderr } = learn(...args);
      assert.equal(status, 125);
      assert.match(stderr, message);
    }
  });
});
