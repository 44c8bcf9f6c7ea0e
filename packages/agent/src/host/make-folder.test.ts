import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeFolder } from "./make-folder.js";

const root = mkdtempSync(join(tmpdir(), "ringfence-folder-"));
after(() => rmSync(root, { recursive: true }));

test("makeFolder makes what is missing, with its mode, and leaves alone what is there", () => {
  makeFolder(join(root, "a/b"), 0o700);
  makeFolder(join(root, "a/b/c"), 0o750);
  makeFolder(join(root, "a/b"), 0o755);
  assert.deepEqual(
    ["a", "a/b", "a/b/c"].map((path) => statSync(join(root, path)).mode & 0o777),
    [0o700, 0o700, 0o750],
  );
});

test("makeFolder gives up where the kernel makes no folders, and below a file", { timeout: 10_000 }, () => {
  for (const path of ["/sys/ringfence-test/a", "/sys/kernel/ringfence-test", "/proc/ringfence-test"])
    assert.throws(() => makeFolder(path, 0o700), { syscall: "mkdir" });
  writeFileSync(join(root, "file"), "");
  assert.throws(() => makeFolder(join(root, "file/a"), 0o700), { code: "ENOTDIR" });
});
