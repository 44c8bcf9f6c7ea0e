import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountInfo, visibleCgroup2Mounts } from "./cgroup2-mount.js";

const root = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw";
const sys = "23 27 0:22 / /sys rw,relatime shared:3 - sysfs sysfs rw";

const find = (...lines: string[]) => visibleCgroup2Mounts(parseMountInfo(`${lines.join("\n")}\n`));

test("visibleCgroup2Mounts finds the unified layout", () => {
  const lines = [
    root,
    sys,
    "30 23 0:26 / /sys/fs/cgroup rw shared:4 master:2 - cgroup2 cgroup2 rw,nsdelegate",
  ];
  assert.deepEqual(find(...lines), ["/sys/fs/cgroup"]);
});

test("visibleCgroup2Mounts finds the hybrid layout beside version 1", () => {
  const lines = [
    root,
    sys,
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
    "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu",
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
  ];
  assert.deepEqual(find(...lines), ["/sys/fs/cgroup/unified"]);
});

test("visibleCgroup2Mounts leaves out one that a mount on the same directory covers", () => {
  const lines = [root, sys, "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"];
  assert.deepEqual(find(...lines, "50 30 0:50 / /sys/fs/cgroup rw - tmpfs tmpfs rw"), []);
});

test("visibleCgroup2Mounts leaves out one below a directory that was mounted over", () => {
  const lines = [root, sys, "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"];
  assert.deepEqual(find(...lines, "50 23 0:50 / /sys rw - sysfs sysfs rw"), []);
  assert.deepEqual(find(...lines, "50 23 0:50 / /sys/fs rw - tmpfs tmpfs rw"), []);
});

test("visibleCgroup2Mounts keeps one beside a mount whose name it begins with", () => {
  const lines = [root, sys, "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"];
  assert.deepEqual(find(...lines, "50 23 0:50 / /sys/fs/cg rw - tmpfs tmpfs rw"), ["/sys/fs/cgroup"]);
});

test("visibleCgroup2Mounts leaves out a part of the hierarchy", () => {
  assert.deepEqual(find(root, "30 27 0:26 /docker/x /sys/fs/cgroup rw - cgroup2 cgroup2 rw"), []);
});

test("parseMountInfo undoes octal escapes", () => {
  const [entry] = parseMountInfo("30 27 0:26 / /a\\040b\\134c rw - cgroup2 cgroup2 rw");
  assert.equal(entry?.mountPoint, "/a b\\c");
});
