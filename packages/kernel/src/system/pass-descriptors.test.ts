import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { closesOnExec } from "./descriptors.js";
import { receiveDescriptors, sendDescriptors, socketPair } from "./pass-descriptors.js";

test("sendDescriptors passes open files to the other end of a pair", () => {
  const directory = mkdtempSync(join(tmpdir(), "rf-pass-"));
  const [a, b] = socketPair();
  const opened = ["one", "two", "three"].map((text) => {
    writeFileSync(join(directory, text), text);
    return openSync(join(directory, text), "r");
  });
  try {
    sendDescriptors(a, opened);
    const received = receiveDescriptors(b, 3);
    assert.deepEqual(
      received.map((fd) => readFileSync(fd, "utf8")),
      ["one", "two", "three"],
    );
    assert.ok(received.every((fd) => !opened.includes(fd) && closesOnExec(fd)));
    for (const fd of received) closeSync(fd);
  } finally {
    for (const fd of [...opened, a, b]) closeSync(fd);
    rmSync(directory, { recursive: true });
  }
});

test("receiveDescriptors refuses a stream that ends", () => {
  const [a, b] = socketPair();
  closeSync(a);
  assert.throws(() => receiveDescriptors(b, 1), /the other side sent none/);
  closeSync(b);
});
