import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { candidates, resolveCommand } from "./find-command.js";

const names = (name: string, ...environment: string[]) =>
  candidates(
    Buffer.from(name),
    environment.map((entry) => Buffer.from(entry)),
  ).map(String);

test("candidates walks PATH of the command's own environment in order", () => {
  assert.deepEqual(names("ls", "HOME=/", "PATH=/a:/b"), ["/a/ls", "/b/ls"]);
});

test("candidates takes an empty part of PATH as the current directory", () => {
  assert.deepEqual(names("ls", "PATH=:/b"), ["./ls", "/b/ls"]);
});

test("candidates does not search for a name with a slash", () => {
  assert.deepEqual(names("./ls", "PATH=/a"), ["./ls"]);
});

test("candidates searches the usual places without PATH, and finds nothing for an empty name", () => {
  assert.ok(names("ls").includes("/usr/bin/ls"));
  assert.deepEqual(names("", "PATH=/a"), []);
});

test("resolveCommand follows links, also from a path that is not UTF-8", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ringfence-find-")));
  try {
    const odd = Buffer.concat([Buffer.from(`${folder}/x`), Buffer.from([0xff])]);
    writeFileSync(join(folder, "target"), "");
    symlinkSync("target", odd);
    assert.equal(resolveCommand(odd, []), join(folder, "target"));
    const name = odd.subarray(folder.length + 1);
    assert.equal(resolveCommand(name, [Buffer.from(`PATH=/nowhere:${folder}`)]), join(folder, "target"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("resolveCommand is null for what cannot be resolved", () => {
  assert.equal(resolveCommand(Buffer.from("/nowhere/x"), []), null);
  assert.equal(resolveCommand(Buffer.alloc(0), []), null);
  assert.equal(resolveCommand(Buffer.from("/etc/passwd/x"), []), null);
});
