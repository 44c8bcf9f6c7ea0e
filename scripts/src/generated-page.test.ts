import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { outdatedPages, writePages } from "./generated-page.js";

test("writePages brings absent and changed files up to date", () => {
  const root = mkdtempSync(join(tmpdir(), "ringfence-pages-"));
  try {
    const pages = [
      { path: "docs/a.md", render: () => "A\n" },
      { path: "b.md", render: () => "B\n" },
    ];
    writeFileSync(join(root, "b.md"), "edited by hand\n");
    assert.deepEqual(outdatedPages(pages, root), ["docs/a.md", "b.md"]);
    assert.deepEqual(writePages(pages, root), ["docs/a.md", "b.md"]);
    assert.equal(readFileSync(join(root, "docs/a.md"), "utf8"), "A\n");
    assert.deepEqual(outdatedPages(pages, root), []);
    assert.deepEqual(writePages(pages, root), []);
  } finally {
    rmSync(root, { recursive: true });
  }
});
