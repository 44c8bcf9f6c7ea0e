import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { liveProcess } from "./live-process.js";

/** Runs a program for as long as `use` takes. */
async function whileRunning(
  file: string,
  args: readonly string[],
  use: (pid: number) => void,
): Promise<void> {
  const child: ChildProcess = spawn(file, args, { stdio: "ignore" });
  try {
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    use(child.pid ?? 0);
  } finally {
    child.kill("SIGKILL");
  }
}

test("liveProcess describes a process, its ids and what is above it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-live-"));
  try {
    const file = join(folder, "a sleeper");
    copyFileSync("/bin/sleep", file);
    await whileRunning(file, ["60"], (pid) => {
      const { facts } = liveProcess(pid) ?? assert.fail("it runs");
      assert.equal(facts.exe?.path, file);
      assert.equal(facts.comm, "a sleeper");
      assert.deepEqual([facts.uid, facts.gid], [process.geteuid?.(), process.getegid?.()]);
      assert.equal(facts.ancestors[0]?.path, process.execPath);
      assert.ok(readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(`0::${facts.cgroup}\n`));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("liveProcess does not trust an executable that is gone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-live-"));
  const file = join(folder, "sleeper");
  copyFileSync("/bin/sleep", file);
  await whileRunning(file, ["60"], (pid) => {
    assert.equal(liveProcess(pid)?.facts.exe?.trusted, true);
    rmSync(folder, { recursive: true });
    assert.deepEqual(liveProcess(pid)?.facts.exe, { path: file, trusted: false });
  });
});

test("liveProcess is null for a process that does not exist", () => {
  assert.equal(liveProcess(4_194_305), null); // one above the most that pid_max can be
});
