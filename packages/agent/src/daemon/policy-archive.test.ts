import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { PolicyArchive } from "./policy-archive.js";

const folder = mkdtempSync(join(tmpdir(), "ringfence-archive-"));
after(() => rmSync(folder, { recursive: true }));

const policy = (revision: string) => ({ revision, bits: [{ ruleId: `p/${revision}` }], graceSeconds: null });

function revisionsOf({ names }: PolicyArchive, last: number): (string | null)[] {
  return Array.from({ length: last }, (_, index) => names.revisionOf(index + 1));
}

test("PolicyArchive knows a policy by each number that it was in force under, also after a restart", () => {
  const archive = new PolicyArchive(folder);
  for (const revision of ["a", "b", "a", "a"]) archive.add(policy(revision));
  assert.deepEqual(revisionsOf(archive, 5), ["a", "b", "a", "a", null]);
  const stored = readFileSync(join(folder, "policy-names.json"), "utf8");
  assert.equal(stored.split('"p/a"').length - 1, 1, "each different policy is written once");
  const next = new PolicyArchive(folder);
  next.resume(4);
  next.add(policy("c"));
  assert.deepEqual(revisionsOf(next, 5), ["a", "b", "a", "a", "c"]);
  assert.equal(next.names.bitsOf(2)[0]?.ruleId, "p/b");
});

test("PolicyArchive forgets the oldest where there are too many different ones", () => {
  const archive = new PolicyArchive(folder);
  for (const revision of ["a", ..."bcdefghi"]) archive.add(policy(revision));
  assert.deepEqual(revisionsOf(archive, 9), [null, ..."bcdefghi"]);
});

test("PolicyArchive begins anew with the number that is in force where nothing can be read", () => {
  writeFileSync(join(folder, "policy-names.json"), "{");
  const archive = new PolicyArchive(folder);
  archive.resume(7);
  archive.add(policy("a"));
  assert.deepEqual([archive.names.revisionOf(7), archive.names.revisionOf(8)], [null, "a"]);
});

test("PolicyArchive goes on where nothing can be written, and names no policy by another one's number afterwards", () => {
  const state = join(folder, "full");
  mkdirSync(state);
  const archive = new PolicyArchive(state);
  archive.add(policy("a"));
  mkdirSync(join(state, "policy-names.json.new")); // no file can be made there
  for (const revision of "bc") archive.add(policy(revision));
  assert.deepEqual(revisionsOf(archive, 3), [..."abc"]);
  assert.match(archive.warning ?? "", /EISDIR/);
  const next = new PolicyArchive(state);
  next.resume(3);
  next.add(policy("d"));
  assert.deepEqual(revisionsOf(next, 5), [null, null, null, "d", null]);
});
