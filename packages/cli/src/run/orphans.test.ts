import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Fence, readFence, readLosses } from "@ringfence/agent";
import { TemporaryCgroup } from "@ringfence/kernel/testing";
import { commandLineProfile, compile, type Resolver } from "@ringfence/policy";
import { OBJECT_PATH } from "../object-path.js";

const nobody: Resolver = { uidOf: () => null, gidOf: () => null, portOf: () => null };
const profile = commandLineProfile({ allow: ["127.0.0.1:1"], deny: [], mode: "enforce" }, nobody);

/** Enters the fence, then tries a connect from a fresh child for every line it gets. */
const CHILD = `
import { spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
const { enterFence } = await import(process.argv[1]);
enterFence(3);
console.log("inside");
for await (const _ of createInterface({ input: process.stdin })) {
  const { stderr } = spawnSync("/bin/bash", ["-c", "echo > /dev/tcp/127.0.0.1/2"], { encoding: "utf8", timeout: 3000 });
  console.log(/not permitted/.test(stderr) ? "EPERM" : "no EPERM: " + stderr);
}`;

test("a process that forks while the process table is full leaves no child outside the fence", async () => {
  using group = new TemporaryCgroup();
  const { cgroup2: cgroups } = group;
  using fence = Fence.start({
    objectPath: OBJECT_PATH,
    policy: compile([profile], { workloads: [] }),
    cgroups,
    runCgroup: group.path,
    hookCgroup: group.path,
    maxProcesses: 4096,
  });
  const enter = fileURLToPath(new URL("./enter-fence.js", import.meta.url));
  const child = spawn(process.execPath, ["--input-type=module", "-e", CHILD, enter], {
    stdio: ["pipe", "pipe", "inherit", fence.enterFd],
  });
  try {
    assert.ok(child.pid);
    cgroups.add(group.path, child.pid);
    const lines = createInterface({ input: childStdout(child) })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, "inside");
    assert.equal(await ask(child, lines), "EPERM");
    // whoever else ends meanwhile makes room again
    const orphans = () => readFence(fence.object.rawMap("fence")).orphans;
    for (let tries = 0; orphans() === 0n && tries < 50; tries++) {
      fillTable(fence);
      assert.equal(await ask(child, lines), "EPERM");
    }
    assert.ok(orphans() > 0n, "the table was full");
    assert.ok(readLosses(fence.object.rawMap("losses"), 0).processes > 0, "and that is counted");
  } finally {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
});

async function ask(child: ChildProcess, lines: AsyncIterator<string>): Promise<string> {
  child.stdin?.write("try\n");
  return (await lines.next()).value;
}

function childStdout(child: ChildProcess) {
  assert.ok(child.stdout);
  return child.stdout;
}

/** Records of processes that no kernel will ever run, until nothing more fits. */
function fillTable(fence: Fence): void {
  const map = fence.object.rawMap("processes");
  const key = new Uint32Array(1);
  const value = new Uint8Array(map.valueBytes);
  for (let index = 0; ; index++) {
    key[0] = 0x40000000 + index;
    try {
      map.update(new Uint8Array(key.buffer), value);
    } catch (error) {
      assert.match(String(error), /entries are used/);
      return;
    }
  }
}
