import assert from "node:assert/strict";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";

const setUp = `
  const bytes = (...values) => Uint8Array.from(values.flatMap((v) => (typeof v === "number" ? [v] : [...Buffer.from(v)])));
  for (const fd of [0, 1, 2]) system.setCloseOnExec(fd, false);
  system.closeRange(3, undefined, system.CLOSE_RANGE_CLOEXEC);`;

test("execve passes argv and environment byte by byte, invalid UTF-8 included", () => {
  const script = `printf "%s|%s|%s|" "$0" "$1" "$X"`;
  const result = runNode(`${setUp}
    system.execve("/bin/sh", [bytes("sh"), bytes("-c"), bytes(${JSON.stringify(script)}), bytes("n"), bytes("a", 0xff, 0xfe)],
      [bytes("X=", 0x80, "y")]);`);
  assert.equal(result.output[1]?.toString("latin1"), "n|a\xff\xfe|\x80y|", result.stderr);
});

test("execve keeps the process and takes no descriptor above 2 along", () => {
  const result = runNode(`${setUp}
    console.log(process.pid);
    system.execve("/bin/sh", [bytes("sh"), bytes("-c"), bytes("echo $$; ls /proc/self/fd | wc -l")], [bytes("PATH=/bin:/usr/bin")]);`);
  const [before, after, descriptors] = result.stdout.trim().split("\n");
  assert.equal(after, before);
  // 0, 1, 2 and the directory that ls reads
  assert.equal(descriptors?.trim(), "4");
});

test("execve throws for a file that is missing, or cannot be executed, and the process lives on", () => {
  const result = runNode(`
    for (const path of ["/nonexistent", "/etc/passwd"]) {
      try { system.execve(path, [], []); } catch (error) { console.log(error.code, error.message); }
    }`);
  assert.match(
    result.stdout,
    /^ENOENT Cannot execute "\/nonexistent": .*\nEACCES Cannot execute "\/etc\/passwd": /,
  );
});

test("execve refuses a NUL byte inside an argument", () => {
  const result = runNode(`
    try { system.execve("/bin/true", [Uint8Array.of(65, 0, 66)], []); } catch (error) { console.log(error.message); }`);
  assert.match(result.stdout, /Cannot pass a NUL byte/);
});
