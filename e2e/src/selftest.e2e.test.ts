import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { release } from "node:os";
import { describe, test } from "node:test";
import { Cgroup2 } from "@ringfence/kernel";
import type { Selftest, SelftestRow } from "@ringfence/model";
import { selftestSchema } from "@ringfence/model/schemas";
import { methods } from "@ringfence/probe";
import { linkIds } from "./harness/bpf-links.js";
import { fence } from "./harness/fence.js";
import { inVm } from "./harness/in-vm.js";
import { assertNothingLeft } from "./harness/leftovers.js";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";
import { makeTunFile } from "./harness/tun-file.js";
import { until } from "./harness/until.js";

const RUNS = "/run/ringfence/runs";
/** Only where nobody minds what the kernel then has loaded. */
const options = inVm ? ["--load-modules"] : [];

const key = ({ run, id }: Pick<SelftestRow, "run" | "id">) => `${run}/${id}`;
/** Rows whose result is not a refusal at the call, as this version has it on these kernels. */
const notRefused: Readonly<Record<string, SelftestRow["result"]>> = {
  "plain/ping-v6": "blocked-in-flight",
  "plain/sctp-connect": "blocked-in-flight",
  "plain/sctp-sendto": "blocked-in-flight",
};

/** The same where the kernel has no LSM hooks for BPF, which refuse all of these at the call. */
const notRefusedWithoutLsm: Readonly<Record<string, SelftestRow["result"]>> = {
  "plain/io-uring-vsock": "open",
  "privileged/packet-raw": "blocked-in-flight",
  "privileged/packet-dgram": "blocked-in-flight",
  "privileged/xdp": "open",
  "privileged/vsock": "open",
  "plain/passed-ping": "open",
  "plain/passed-raw": "open",
  "plain/passed-packet": "open",
};

/** Without LSM hooks: whether the look through the descriptors came before the socket was closed is a matter of time. */
const seenInTime: readonly string[] = [
  "plain/passed-tcp-connected",
  "plain/passed-udp-connected",
  "plain/passed-raw-connected",
];

/** Methods that a kernel may lack, besides those of optional protocols: Mobile IPv6, and fast open for MPTCP (6.2). */
const mayBeMissing: readonly string[] = ["route-rthdr-message", "mptcp-fast-open"];

/** Hooks by the way out, where they are not those of connect and sendmsg. */
const hooks: Readonly<Record<string, SelftestRow["hook"]>> = {
  "plain/udplite-connect": "packet",
  "moved/udplite-sendto": "sock_create",
  "plain/raw-sendto": "capability",
  "privileged/raw-sendto": "packet",
  "moved/raw-sendto": "sock_create",
  "plain/ping": "packet",
  "moved/ping": "sock_create",
  "plain/packet-raw": "capability",
  "privileged/packet-raw": "tc",
  "privileged/packet-dgram": "tc",
  "plain/xdp": "seccomp",
  "plain/vsock": "seccomp",
  "plain/route-lsrr": "setsockopt",
  "plain/route-rthdr": "setsockopt",
  "privileged/route-lsrr-message": "packet",
  "plain/inherited-tcp": "connect",
  "plain/inherited-tcp-connected": "launcher",
  "plain/inherited-raw": "launcher",
  "plain/io-uring-inherited-polled": "launcher",
};

async function runSelftest(): Promise<Selftest> {
  const before = linkIds();
  const interfaces = readdirSync("/sys/class/net");
  const { code, stdout, stderr, pid } = await runProcess(ringfencePath, ["selftest", "--json", ...options]);
  assert.equal(stderr, "");
  const result = selftestSchema.parse(JSON.parse(stdout));
  const worse = result.rows.filter(({ ok }) => !ok);
  assert.deepEqual(worse, []);
  assert.equal(code, 0);
  assertGone(pid);
  await assertNothingLeft(pid, before);
  assert.deepEqual(readdirSync("/sys/class/net"), interfaces);
  return result;
}

function traces(pid: number): string[] {
  using cgroups = Cgroup2.open();
  const own = cgroups.pathOf("self") ?? "/";
  const notes = existsSync(RUNS) ? readdirSync(RUNS) : [];
  return [...cgroups.children(own), ...notes].filter((name) => name.includes(`selftest-${pid}-`));
}

function assertGone(pid: number): void {
  assert.deepEqual(traces(pid), []);
}

/** A selftest with a fenced run on its way. */
async function startSelftest(): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(ringfencePath, ["selftest"], { stdio: ["ignore", "ignore", "pipe"] });
  const { pid } = child;
  assert.ok(pid !== undefined);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const runs = () => {
    using cgroups = Cgroup2.open();
    const own = cgroups.pathOf("self") ?? "/";
    const scratch = cgroups.children(own).filter((name) => name.includes(`selftest-${pid}-`));
    return scratch.flatMap((name) => cgroups.children(`${own === "/" ? "" : own}/${name}`));
  };
  const began = () => runs().some((name) => name.startsWith("ringfence-"));
  // an emulated machine beside others takes more than a minute
  await until(() => child.exitCode !== null || began(), 180_000);
  assert.ok(began(), `no run began; status ${child.exitCode}: ${said} ${traces(pid).join(", ")}`);
  return Object.assign(child, { pid });
}

describe("ringfence selftest", () => {
  test("finds every way out as closed as this version says, on this kernel", { timeout }, async () => {
    if (inVm) makeTunFile();
    const { rows, kernel, ok } = await runSelftest();
    assert.equal(ok, true);
    assert.equal(kernel.release, release());
    const wanted = methods.flatMap(({ id, runs }) => runs.map((run) => key({ run, id })));
    assert.deepEqual(rows.map(key).sort(), wanted.sort());
    const available = rows.filter(({ result }) => result !== "not-available");
    const exceptions = kernel.lsmBpf ? notRefused : { ...notRefused, ...notRefusedWithoutLsm };
    for (const row of available) {
      if (!kernel.lsmBpf && seenInTime.includes(key(row))) {
        assert.ok(["seen-only", "open"].includes(row.result), `${key(row)} is ${row.result}`);
        continue;
      }
      assert.equal(row.result, exceptions[key(row)] ?? "blocked-at-call", key(row));
      assert.equal(row.result, row.expected, key(row));
      const hook =
        (kernel.lsmBpf && row.id.startsWith("packet-") ? "socket_create" : null) ?? hooks[key(row)];
      if (hook !== undefined) assert.equal(row.hook, hook, key(row));
      // a borrowed connection has its own port, by which no row can be told
      const isNameless = row.id === "passed-tcp-connected";
      if (row.result.startsWith("blocked") && !isNameless) assert.notEqual(row.hook, null, key(row));
    }
    // only what a kernel may be built without may be missing, and each says why
    const missing = rows.filter(({ result }) => result === "not-available");
    for (const row of missing) {
      const optional = methods.find(({ id }) => id === row.id)?.protocol !== undefined;
      assert.ok(optional || mayBeMissing.includes(row.id), `${key(row)}: ${row.detail}`);
      assert.notEqual(row.detail, null);
    }
    if (inVm) assert.deepEqual(missing.map(key), ["plain/mptcp-fast-open"]); // its kernel has all the rest
  });

  test("leaves nothing when a signal ends it, and ends by that signal", { timeout }, async () => {
    const before = linkIds();
    const child = await startSelftest();
    const ended = once(child, "exit");
    child.kill("SIGINT");
    assert.deepEqual(await ended, [null, "SIGINT"]);
    assertGone(child.pid);
    await assertNothingLeft(child.pid, before);
  });

  test("leaves what the next run sweeps when it is killed", { timeout }, async () => {
    const before = linkIds();
    const child = await startSelftest();
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    assert.notDeepEqual(traces(child.pid), []);
    // its children end by themselves, and their fences with them
    const swept = async () => {
      await fence(["true"], { livesOn: true });
      return traces(child.pid).length === 0;
    };
    const deadline = performance.now() + timeout / 2;
    while (!(await swept())) {
      assert.ok(performance.now() < deadline, `Left behind: ${traces(child.pid).join(", ")}`);
    }
    await assertNothingLeft(child.pid, before);
  });

  test("needs root, and says so", { timeout }, async () => {
    const via = ["setpriv", "--reuid", "65534", "--clear-groups"];
    const { code, stderr } = await runProcess(ringfencePath, ["selftest"], { via });
    assert.equal(code, 125);
    assert.match(stderr, /^ringfence: Cannot run the selftest without root/);
  });
});
