import assert from "node:assert/strict";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";
import { kill, umask } from "./process-control.js";

test("exitNow ends the process at once with its status", () => {
  const result = runNode(`process.on("exit", () => console.log("late")); system.exitNow(42);`);
  assert.deepEqual([result.status, result.stdout], [42, ""]);
});

test("raise kills by a signal at its default disposition", () => {
  const result = runNode(`system.setSignalDisposition(15, "default"); system.raise(15);`);
  assert.equal(result.signal, "SIGTERM");
});

test("kill tells a process that is there from one that is not", () => {
  kill(process.pid, 0);
  assert.throws(() => kill(0x3ffffff, 0), {
    code: "ESRCH",
    message: /Cannot send signal 0 to process 67108863/,
  });
});

test("umask returns the mask before", () => {
  const before = umask(0o27);
  assert.equal(umask(before), 0o27);
});

test("setUser, setGroup and the supplementary groups give up root for good", () => {
  const result = runNode(`
    system.setSupplementaryGroups([]);
    system.setGroup(12345);
    system.setUser(12345);
    console.log(process.getuid(), process.geteuid(), process.getgid(), process.getgroups().join());
    try { system.setUser(0); } catch (error) { console.log(error.code); }`);
  assert.equal(result.stdout, "12345 12345 12345 12345\nEPERM\n", result.stderr);
});

test("initGroups takes a user's groups from the database", () => {
  const result = runNode(`system.initGroups("root", 777); console.log(process.getgroups().includes(777));`);
  assert.equal(result.stdout, "true\n", result.stderr);
});

test("setSession and setProcessGroup separate a process from its parent's", () => {
  const result = runNode(`
    const { readFileSync } = await import("node:fs");
    console.log(system.setSession() === process.pid);
    console.log(readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[3] === String(process.pid));`);
  assert.equal(result.stdout, "true\ntrue\n", result.stderr);
});
