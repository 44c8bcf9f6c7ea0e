import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { TestCgroup } from "./harness/cgroups.js";
import { EchoServers } from "./harness/echo-servers.js";
import { fence } from "./harness/fence.js";
import { Inmate } from "./harness/inmate.js";
import { isolated } from "./harness/isolated.js";
import { compileNative } from "./harness/native.js";
import { probe, probeCommand, readResults } from "./harness/probe.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";
import type { Attempt } from "./probe/attempt.js";

const IPPROTO_MPTCP = 262;
const AF_INET = 2;
const SOCK_STREAM = 1;
/** Reserved for documentation: nothing is there. */
const DENIED = "192.0.2.1";

const move = (group: TestCgroup): Attempt => ({ name: "move", op: "write", path: group.entry, text: "0" });

/** A counter of the network namespace that a process is in. */
function counter(pid: number, table: string, name: string): number {
  const lines = readFileSync(`/proc/${pid}/net/netstat`, "utf8").split("\n");
  const [names = [], values = []] = lines
    .filter((line) => line.startsWith(`${table}:`))
    .map((line) => line.split(" "));
  return Number(values[names.indexOf(name)] ?? 0);
}

describe("ringfence run in another cgroup", () => {
  test("refuses sockets that no packet hook sees, and leaves TCP", { timeout }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    await using servers = await EchoServers.start();
    const attempts: Attempt[] = [
      { name: "udp before", op: "udp", to: "127.0.0.1", port: servers.udp4.port, echo: true },
      move(group),
      { name: "udp", op: "udp", to: "127.0.0.1", port: servers.udp4.port },
      { name: "mptcp", op: "socket", family: AF_INET, type: SOCK_STREAM, protocol: IPPROTO_MPTCP },
      { name: "udp of io_uring", op: "udp", maker: "ring", to: "127.0.0.1", port: servers.udp4.port },
      { name: "udp of a worker", op: "udp", maker: "worker", to: "127.0.0.1", port: servers.udp4.port },
      { name: "tcp", op: "tcp", maker: "ring", to: "127.0.0.1", port: servers.tcp4.port, send: 16 },
    ];
    const refused = { udp: "EPERM", mptcp: "EPERM", "udp of io_uring": "EPERM", "udp of a worker": "EPERM" };
    const { report } = await probe(
      attempts,
      { "udp before": "ok", move: "ok", ...refused, tcp: "ok" },
      { options: ["--deny", DENIED] },
    );
    assert.equal(report.packetHooks, "run");
    const rows = report.flows.filter(({ reason }) => reason === "outside-cgroup");
    assert.deepEqual(rows.map(({ outcome, hook, protocol }) => `${outcome} ${hook} ${protocol}`).sort(), [
      "denied sock_create tcp",
      "denied sock_create udp",
    ]);
  });

  test("refuses no datagram socket under a policy that denies nothing", { timeout }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    await using servers = await EchoServers.start();
    const udp: Attempt = { name: "udp", op: "udp", to: "127.0.0.1", port: servers.udp4.port, echo: true };
    const { report } = await probe([move(group), udp], { move: "ok", udp: "ok" });
    assert.equal(report.totals.denied, 0);
  });
});

describe("ringfence run --packet-hooks all", () => {
  test("judges the packets of sockets that are made in another cgroup", { timeout }, async () => {
    await using top = TestCgroup.make(`rf-e2e-${process.pid}`);
    await using other = TestCgroup.make("other", top.path);
    const attempts: Attempt[] = [
      move(other),
      { name: "udp", op: "udp", how: "sendmsg", to: "127.0.0.1", port: 1001 },
      { name: "udp denied", op: "udp", to: DENIED, port: 1001 },
      { name: "lsrr", op: "udp", how: "sendmsg", control: "lsrr", to: "127.0.0.1", port: 1001 },
      { name: "raw", op: "raw-udp", to: "127.0.0.1", port: 1001 },
      { name: "raw denied", op: "raw-udp", to: "127.0.0.2", port: 1001 },
      { name: "mptcp", op: "socket", family: AF_INET, type: SOCK_STREAM, protocol: IPPROTO_MPTCP },
    ];
    const hooks = ["--hook-cgroup", top.path, "--packet-hooks", "all"];
    const { report } = await probe(
      attempts,
      {
        move: "ok",
        udp: "ok",
        "udp denied": "EPERM",
        lsrr: "EPERM",
        raw: "ok",
        "raw denied": "EPERM",
        mptcp: "ok",
      },
      // raw sockets need CAP_NET_RAW, which only a privileged run has
      { options: ["--allow", "127.0.0.1", "--privileged", ...hooks], via: [...top.via, ...isolated] },
    );
    assert.equal(report.packetHooks, "all");
    assert.deepEqual(
      report.flows
        .filter(({ outcome }) => outcome === "denied")
        .map(({ hook, reason, address }) => `${hook} ${reason} ${address}`)
        .sort(),
      ["packet policy 127.0.0.2", "packet source-route 127.0.0.1", "sendmsg policy 192.0.2.1"],
    );
  });

  test("refuses further subflows of MPTCP, in the run's own cgroup and in another", {
    timeout,
    skip: !existsSync("/proc/sys/net/mptcp"),
  }, async () => {
    await using top = TestCgroup.make(`rf-e2e-${process.pid}`);
    await using other = TestCgroup.make("other", top.path);
    const program = compileNative("mptcp", temporaryFolder());
    const [port, second] = ["7000", "127.0.0.3"];
    const paths = `ip mptcp limits set subflows 4 add_addr_accepted 4 && ip mptcp endpoint add ${second} dev lo signal`;
    const via = [...isolated, "sh", "-c", `${paths} && exec "$@"`, "sh", program, "serve", port];
    const client = [program, "connect", "127.0.0.1", port];
    /** Ends the client once a further subflow came about, or its first segment had to be sent again. */
    const meanwhile = (seen: { joined?: number }) => (child: ChildProcess) => {
      const joined = () => counter(child.pid ?? 0, "MPTcpExt", "MPJoinSynRx");
      const tried = () => joined() > 0 || counter(child.pid ?? 0, "TcpExt", "TCPSynRetrans") > 0;
      child.stdout?.once("data", async () => {
        await until(tried, 20_000);
        seen.joined = joined();
        child.stdin?.end();
      });
    };
    const alone: { joined?: number } = {};
    const [node = "", ...args] = client;
    const { stdout } = await runProcess(node, args, { via, input: null, onStart: meanwhile(alone) });
    assert.deepEqual([stdout, alone.joined], ["echo\n", 1]);
    for (const place of [other, null]) {
      const fenced: { joined?: number } = {};
      const { report, stderr } = await fence([...(place?.via ?? []), ...client], {
        options: ["--allow", "127.0.0.1", "--hook-cgroup", top.path, "--packet-hooks", "all"],
        via: [...top.via, ...via],
        input: null,
        onStart: meanwhile(fenced),
      });
      assert.equal(fenced.joined, 0, stderr);
      const denied = report.flows.filter(({ outcome }) => outcome === "denied");
      assert.deepEqual(
        denied.map(({ hook, reason, address }) => `${hook} ${reason} ${address}`),
        [`packet unjudged-socket ${second}`],
      );
    }
  });

  test("leaves everybody else's packets alone", { timeout }, async () => {
    await using top = TestCgroup.make(`rf-e2e-${process.pid}`);
    await using other = TestCgroup.make("other", top.path);
    await using servers = await EchoServers.start();
    const inmate = new Inmate(servers.tcp4.port);
    const options = ["--default", "deny", "--hook-cgroup", top.path, "--packet-hooks", "all"];
    const run = fence(inmate.command, { options, via: top.via });
    try {
      await inmate.ready();
      assert.equal(await inmate.ask("inside"), "EPERM");
      const [node = "", ...args] = probeCommand([
        { name: "udp", op: "udp", to: "127.0.0.1", port: servers.udp4.port, echo: true },
        { name: "udp6", op: "udp", how: "connect", to: "::1", port: servers.udp6.port, echo: true },
        { name: "raw", op: "raw-udp", to: "127.0.0.1", port: 9 },
        { name: "tcp", op: "tcp", to: "127.0.0.1", port: servers.tcp4.port, send: 16 },
      ]);
      const outside = await runProcess(node, args, { via: other.via });
      const expected = { udp: "ok", udp6: "ok", raw: "ok", tcp: "ok" };
      assert.deepEqual(readResults(outside.stdout).results, expected);
    } finally {
      await inmate.stop();
    }
    const { report } = await run;
    assert.deepEqual(
      report.flows.map(({ outcome, hook }) => `${outcome} ${hook}`),
      ["denied connect"],
    );
  });
});
