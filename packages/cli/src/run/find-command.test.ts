import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates } from "./find-command.js";

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
