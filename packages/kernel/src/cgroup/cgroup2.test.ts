import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";
import { TemporaryCgroup } from "../testing/temporary-cgroup.js";
import { TemporaryNetns } from "../testing/temporary-netns.js";

test("Cgroup2 moves a process into a group and out, and knows where it is", async () => {
  using group = new TemporaryCgroup();
  const { cgroup2, path } = group;
  const child = spawn("sleep", ["30"]);
  const pid = child.pid ?? 0;
  const home = cgroup2.pathOf(pid) ?? "/";
  cgroup2.add(path, pid);
  assert.deepEqual(cgroup2.procs(path), [pid]);
  assert.equal(cgroup2.pathOf(pid), path);
  cgroup2.add(home, pid);
  assert.deepEqual(cgroup2.procs(path), []);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(cgroup2.pathOf(pid), undefined);
});

test("Cgroup2.create makes the groups above too, and refuses one that exists", () => {
  using group = new TemporaryCgroup();
  const { cgroup2, path } = group;
  cgroup2.create(`${path}/a/b`);
  assert.deepEqual(cgroup2.children(path), ["a"]);
  assert.throws(() => cgroup2.create(`${path}/a/b`), { code: "EEXIST" });
});

test("Cgroup2.remove takes away a tree when asked to, and an absent group silently", () => {
  using group = new TemporaryCgroup();
  const { cgroup2, path } = group;
  cgroup2.create(`${path}/a/b`);
  assert.throws(() => cgroup2.remove(`${path}/a`), { code: /EBUSY|ENOTEMPTY/ });
  cgroup2.remove(`${path}/a`, { recursive: true });
  assert.equal(existsSync(cgroup2.directory(`${path}/a`)), false);
  cgroup2.remove(`${path}/a`, { recursive: true });
});

test("Cgroup2.idOf is the number that programs in the kernel see", () => {
  using group = new TemporaryCgroup();
  const { cgroup2, path } = group;
  assert.notEqual(cgroup2.idOf(path), cgroup2.idOf("/"));
  assert.equal(typeof cgroup2.idOf(path), "bigint");
});

test("Cgroup2.directory refuses paths that leave the hierarchy", () => {
  using group = new TemporaryCgroup();
  assert.throws(() => group.cgroup2.directory("a"), /write its path from the root/);
  assert.throws(() => group.cgroup2.directory("/../etc"), /write its path from the root/);
});

test("Cgroup2.open mounts the hierarchy for itself where ip netns exec hides it", () => {
  using netns = new TemporaryNetns();
  using group = new TemporaryCgroup();
  const result = runNode(
    `{
       const cgroup2 = kernel.Cgroup2.open();
       console.log(cgroup2.detached, cgroup2.children("/").includes("${group.path.slice(1)}"));
       cgroup2.create("${group.path}/inside");
       console.log(cgroup2.idOf("${group.path}/inside") > 0n, cgroup2.procs("${group.path}/inside").length);
       cgroup2.close();
     }`,
    { via: ["ip", "netns", "exec", netns.name] },
  );
  assert.equal(result.stdout, "true true\ntrue 0\n", result.stderr);
  assert.deepEqual(group.cgroup2.children(group.path), ["inside"]);
});

test("Cgroup2.open without a mount and without the right to make one is RF_NO_CGROUP2", () => {
  using netns = new TemporaryNetns();
  const result = runNode(
    `system.setCapabilities({ effective: 0n, permitted: 0n, inheritable: 0n });
     try { kernel.Cgroup2.open(); } catch (error) { console.log(error.code, error.cause.code); }`,
    { via: ["ip", "netns", "exec", netns.name] },
  );
  assert.equal(result.stdout, "RF_NO_CGROUP2 EPERM\n", result.stderr);
});
