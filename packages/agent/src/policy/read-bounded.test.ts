import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readBounded } from "./read-bounded.js";

test("readBounded reads a whole file, and of what never ends no more than is needed to know", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-read-"));
  try {
    const text = "x".repeat(3_000_000);
    writeFileSync(join(folder, "file"), text);
    assert.equal(Buffer.from(readBounded(join(folder, "file"), 4_000_000)).toString(), text);
    const endless = readBounded("/dev/zero", 2_000_000);
    assert.ok(endless.length > 2_000_000 && endless.length < 4_000_000, `${endless.length}`);
    assert.throws(() => readBounded(join(folder, "none"), 1), { code: "ENOENT" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
