import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { tryLock } from "./file-lock.js";

test("tryLock gives a file to one holder, until that one closes it", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-lock-"));
  const [first, second] = [0, 1].map(() => openSync(join(folder, "lock"), "a"));
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(tryLock(first), true);
  assert.equal(tryLock(second), false);
  closeSync(first);
  assert.equal(tryLock(second), true);
  closeSync(second);
  assert.throws(() => tryLock(-1), { code: "EBADF" });
  rmSync(folder, { recursive: true });
});
