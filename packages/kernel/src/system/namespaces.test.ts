import assert from "node:assert/strict";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";
import { TemporaryNetns } from "../testing/temporary-netns.js";
import { setns } from "./namespaces.js";

test("setns enters a namespace by descriptor and returns by another", () => {
  using netns = new TemporaryNetns();
  const result = runNode(`
    const { openSync, readFileSync } = await import("node:fs");
    const hasLeft = () => readFileSync("/proc/thread-self/net/dev", "utf8").includes("left:");
    const home = openSync("/proc/thread-self/ns/net", "r");
    const other = openSync("${netns.path}", "r");
    console.log(hasLeft());
    system.setns(other, system.CLONE_NEWNET);
    console.log(hasLeft());
    system.setns(home);
    console.log(hasLeft());`);
  assert.equal(result.stdout, "false\ntrue\nfalse\n", result.stderr);
});

test("unshare gives the calling thread a namespace of its own", () => {
  const result = runNode(`
    const { readlinkSync } = await import("node:fs");
    const before = readlinkSync("/proc/thread-self/ns/net");
    system.unshare(system.CLONE_NEWNET);
    console.log(readlinkSync("/proc/thread-self/ns/net") !== before);`);
  assert.equal(result.stdout, "true\n", result.stderr);
});

test("setns refuses a descriptor that is no namespace", () => {
  assert.throws(() => setns(0), { name: "SystemError", syscall: "setns" });
});
