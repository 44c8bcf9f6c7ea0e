import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FolderWatch } from "./folder-watch.js";

test("FolderWatch tells of written, replaced and removed files, of a folder that goes and comes, and of nothing twice", async () => {
  const root = mkdtempSync(join(tmpdir(), "ringfence-folder-"));
  const folder = join(root, "profiles");
  let told = 0;
  let wake: () => void = () => undefined;
  const change = async (work: () => void) => {
    const before = told;
    work();
    while (told === before) await new Promise<void>((resolve) => (wake = resolve));
    return told - before;
  };
  const watch = new FolderWatch(folder, () => {
    told++;
    wake();
  });
  const keepAlive = setInterval(() => undefined, 1000);
  const file = join(folder, "a.yaml");
  try {
    await change(() => mkdirSync(folder));
    await change(() => writeFileSync(file, "one"));
    await change(() => {
      writeFileSync(join(folder, ".b"), "two");
      renameSync(join(folder, ".b"), file);
    });
    await change(() => {
      renameSync(folder, join(root, "old"));
      mkdirSync(folder);
    });
    // What follows is seen in the new folder.
    await change(() => writeFileSync(file, "three"));
    assert.equal(await change(() => rmSync(file)), 1);
    writeFileSync(join(folder, "notes.txt"), "no profile");
    assert.equal(await change(() => writeFileSync(file, "four")), 1);
  } finally {
    clearInterval(keepAlive);
    watch.stop();
    rmSync(root, { recursive: true });
  }
});
