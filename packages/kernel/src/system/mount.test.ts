import assert from "node:assert/strict";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";
import { mount, umount } from "./mount.js";

/** Runs in a mount namespace of its own, whose mounts reach nobody else. */
const alone = (module: string) =>
  runNode(
    `const { mkdtempSync, writeFileSync, readdirSync, existsSync, closeSync } = await import("node:fs");
     system.unshare(system.CLONE_NEWNS);
     system.mount({ target: "/", flags: system.MS_PRIVATE | system.MS_REC });
     const directory = mkdtempSync("/tmp/rf-test-mount-");
     const code = (action) => { try { action(); return "done"; } catch (error) { return error.code; } };
     try { ${module} } finally { (await import("node:fs")).rmdirSync(directory); }`,
  );

test("mount and umount act on the calling thread's namespace", () => {
  const result = alone(`
    system.mount({ source: "x", target: directory, type: "tmpfs", data: "size=64k" });
    system.umount(directory);
    console.log(code(() => system.umount(directory)));`);
  assert.equal(result.stdout, "EINVAL\n", result.stderr);
});

test("mountSetattr makes a mount read-only, recursively when asked to", () => {
  const result = alone(`
    system.mount({ source: "x", target: directory, type: "tmpfs" });
    console.log(code(() => system.mountSetattr(directory, { set: system.MOUNT_ATTR_RDONLY, recursive: true })));
    const tree = system.openTree(directory, system.OPEN_TREE_CLOEXEC);
    console.log(code(() => writeFileSync("/proc/self/fd/" + tree + "/file", "x")));
    system.mountSetattr("", { clear: system.MOUNT_ATTR_RDONLY }, tree);
    console.log(code(() => writeFileSync("/proc/self/fd/" + tree + "/file", "x")));
    closeSync(tree);
    system.umount(directory, system.MNT_DETACH);`);
  assert.equal(result.stdout, "done\nEROFS\ndone\n", result.stderr);
});

test("fsopen, fsconfig, fsmount and moveMount build a mount by descriptors", () => {
  const result = alone(`
    const fs = system.fsopen("tmpfs");
    system.fsconfigSet(fs, "size", "64k");
    system.fsconfigCreate(fs);
    const tree = system.fsmount(fs, system.MOUNT_ATTR_NOEXEC);
    writeFileSync("/proc/self/fd/" + tree + "/file", "x");
    system.moveMount({ fromFd: tree, toPath: directory });
    const at = system.openTree(directory, system.OPEN_TREE_CLOEXEC);
    console.log(readdirSync("/proc/self/fd/" + at).join());
    closeSync(at);
    system.umount(directory, system.MNT_DETACH);`);
  assert.equal(result.stdout, "file\n", result.stderr);
});

test("mount and umount name what they could not do", () => {
  assert.throws(() => mount({ target: "/nonexistent", type: "tmpfs" }), {
    code: "ENOENT",
    syscall: "mount",
    message: /Cannot mount "\/nonexistent": no such file or directory \(ENOENT\)/,
  });
  assert.throws(() => umount("/nonexistent"), { code: "ENOENT", syscall: "umount2" });
});
