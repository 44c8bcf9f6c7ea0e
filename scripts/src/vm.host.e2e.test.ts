import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { repositoryRoot } from "./repository-root.js";

// A folder for temporary files of each call's own, so that what stays behind shows.
function vm(...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-vm-test-"));
  try {
    const { status, stdout, stderr } = spawnSync(join(repositoryRoot, "scripts/vm.sh"), args, {
      encoding: "utf8",
      env: { ...process.env, TMPDIR: folder },
    });
    return { status, stdout, stderr, left: readdirSync(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("vm.sh", () => {
  test("runs the command as root in the checkout under another kernel and returns its status", () => {
    const share = mkdtempSync(join(tmpdir(), "ringfence-share-"));
    try {
      const script = `pwd; id -u; nproc; echo "to stderr" >&2; uname -r >${share}/release; touch package.json x; exit 7`;
      const run = vm("run", "--timeout", "120", "--cpus", "2", "--share", share, "--", "sh", "-c", script);
      assert.equal(run.status, 7, run.stderr);
      assert.equal(run.stdout, `${repositoryRoot}\n0\n2\n`);
      assert.match(run.stderr, /to stderr/);
      const guest = readFileSync(join(share, "release"), "utf8").trim();
      assert.notEqual(guest, release());
      assert.match(run.stderr, new RegExp(`booting Linux ${guest}`));
      assert.ok(!readdirSync(repositoryRoot).includes("x"), "a file of the guest reached the host");
      assert.deepEqual(run.left, []);
    } finally {
      rmSync(share, { recursive: true });
    }
  });

  test("gives the command cgroup2, bpffs, securityfs, tracefs and a loopback device", () => {
    const script =
      "stat -f -c %T /sys/fs/cgroup /sys/fs/bpf /sys/kernel/security /sys/kernel/tracing; ip -br addr show lo";
    const run = vm("run", "--timeout", "120", "--", "sh", "-c", script);
    assert.match(run.stdout, /^cgroup2fs\nbpf_fs\nsecurityfs\ntracefs\nlo .*127\.0\.0\.1/);
  });

  test("ends a command whose time is up with status 124", () => {
    const run = vm("run", "--timeout", "2", "--", "true");
    assert.equal(run.status, 124);
    assert.match(run.stderr, /took more than 2 s/);
    assert.deepEqual(run.left, []);
  });

  test("refuses a call it does not understand with status 125", () => {
    for (const [args, message] of [
      [["run", "--timeout", "soon", "--", "true"], /--timeout "soon"/],
      [["run", "--cpus", "0", "--", "true"], /--cpus "0"/],
      [["run", "--fast", "--", "true"], /unknown option "--fast"/],
      [["run"], /no command given/],
      [[], /scripts\/vm\.sh run/],
    ] as const) {
      const run = vm(...args);
      assert.equal(run.status, 125);
      assert.match(run.stderr, message);
    }
  });
});
