import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readHosts } from "./read-hosts.js";

test("readHosts warns of names that are not in force, and of a file that it cannot read", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "rf-hosts-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "hosts");
  writeFileSync(
    path,
    `192.0.2.1 a..b ${Array.from({ length: 17 }, (_, index) => `n${index}.x`).join(" ")}\n`,
  );
  const { entries, warnings } = readHosts(path);
  assert.equal(entries[0]?.names.length, 16);
  assert.match(warnings[0] ?? "", /^1 names in .* DNS has no such names$/);
  assert.match(warnings[1] ?? "", /^1 names in .* room for 8192 pairs .* 16 names of an address$/);
  assert.match(readHosts(folder).warnings[0] ?? "", /^Cannot read .* \(EISDIR\): its names are not in force/);
  assert.deepEqual(readHosts(join(folder, "none")), { entries: [], warnings: [] });
});
