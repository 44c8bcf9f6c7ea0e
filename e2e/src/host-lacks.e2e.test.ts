import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { AF_INET, IPPROTO_UDP, libc, SOCK_RAW } from "@ringfence/probe";
import { linkIds } from "./harness/bpf-links.js";
import { assertNothingLeft } from "./harness/leftovers.js";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

/** Runs `ringfence run OPTIONS -- touch FILE` after a shell prepared a mount namespace of its own. */
async function runAfter(prepare: string, options: readonly string[] = []) {
  const before = linkIds();
  const witness = join(temporaryFolder(), "ran");
  const script = `${prepare} && exec "$0" "$@"`;
  const args = ["-m", "sh", "-c", script, ringfencePath, "run", ...options, "--", "touch", witness];
  const finished = await runProcess("unshare", args);
  await assertNothingLeft(finished.pid, before);
  return { ...finished, ran: existsSync(witness) };
}

function assertRefused(result: Awaited<ReturnType<typeof runAfter>>, expected: RegExp): void {
  assert.equal(result.code, 125);
  assert.equal(result.ran, false, "nothing runs unfenced");
  assert.match(result.stderr, expected);
  assert.equal(result.stderr.trimEnd().split("\n").length, 1, result.stderr);
}

describe("ringfence run on a host that lacks something", () => {
  test("says what to do without the kernel's type information", { timeout }, async () => {
    const result = await runAfter("mount -t tmpfs none /sys/kernel/btf");
    assertRefused(result, /^ringfence: Cannot find .*\/sys\/kernel\/btf\/vmlinux.*CONFIG_DEBUG_INFO_BTF/);
  });

  test("says what to install without libbpf", { timeout }, async () => {
    const hide =
      "for f in $(ldconfig -p | sed -n 's/.*libbpf.so.1.* => //p'); do mount --bind /dev/null $f; done";
    assertRefused(
      await runAfter(`${hide}; true`),
      /^ringfence: Cannot load .*libbpf\.so\.1.*apt-get install libbpf1/,
    );
  });

  test("fences all the same where no cgroup v2 is mounted", { timeout }, async () => {
    const unmount = "umount $(awk '$3 == \"cgroup2\" { print $2 }' /proc/mounts)";
    const result = await runAfter(unmount, ["--report", "none"]);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.ran, true);
  });
});

describe("ringfence run with a socket as standard stream", () => {
  for (const [option, code, expected] of [
    ["--deny", 125, /stdout as a socket to tcp 127\.0\.0\.1 port \d+: run\/--deny localhost denies it/],
    ["--allow", 0, /warning: stdout is a socket to tcp 127\.0\.0\.1.*allowed by run\/--allow localhost/],
  ] as const) {
    test(`judges it like any other: ${option}`, { timeout }, async () => {
      const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { port: number };
      const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && "$@" >&3`;
      try {
        const args = ["-c", script, "bash", ringfencePath, "run", option, "localhost", "--", "echo", "out"];
        const { code: status, stderr } = await runProcess("bash", args);
        assert.equal(status, code, stderr);
        assert.match(stderr, expected);
      } finally {
        server.close();
      }
    });
  }
});

describe("ringfence run with a raw socket as standard input", () => {
  for (const [mode, code, expected] of [
    ["enforce", 125, /Cannot run with stdin as a raw socket: no hook judges what goes through it/],
    ["audit", 0, /warning: stdin is a raw socket; no hook judges/],
  ] as const) {
    test(`refuses it only where verdicts hold: ${mode}`, { timeout }, async () => {
      const fd = libc.socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
      try {
        const args = ["run", "--mode", mode, "--default", "deny", "--", "true"];
        const { code: status, stderr } = await runProcess(ringfencePath, args, {
          stdio: [fd, "pipe", "pipe"],
        });
        assert.equal(status, code, stderr);
        assert.match(stderr, expected);
      } finally {
        libc.close(fd);
      }
    });
  }
});
