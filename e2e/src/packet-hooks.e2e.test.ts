import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestCgroup } from "./harness/cgroups.js";
import { EchoServers } from "./harness/echo-servers.js";
import { fence } from "./harness/fence.js";
import { Inmate } from "./harness/inmate.js";
import { isolated } from "./harness/isolated.js";
import { probe, probeCommand, readResults } from "./harness/probe.js";
import { runProcess } from "./harness/run-process.js";
import type { Attempt } from "./probe/attempt.js";

const timeout = 120_000;
const IPPROTO_MPTCP = 262;
const AF_INET = 2;
const SOCK_STREAM = 1;
/** Reserved for documentation: nothing is there. */
const DENIED = "192.0.2.1";

const move = (group: TestCgroup): Attempt => ({ name: "move", op: "write", path: group.entry, text: "0" });

describe("ringfence run in another cgroup", () => {
  test("refuses sockets that no packet hook sees, and leaves TCP", { timeout }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    await using servers = await EchoServers.start();
    const attempts: Attempt[] = [
      { name: "udp before", op: "udp", to: "127.0.0.1", port: servers.udp4.port, echo: true },
      move(group),
      { name: "udp", op: "udp", to: "127.0.0.1", port: servers.udp4.port },
      { name: "mptcp", op: "socket", family: AF_INET, type: SOCK_STREAM, protocol: IPPROTO_MPTCP },
      { name: "tcp", op: "tcp", to: "127.0.0.1", port: servers.tcp4.port, send: 16 },
    ];
    const { report } = await probe(
      attempts,
      { "udp before": "ok", move: "ok", udp: "EPERM", mptcp: "EPERM", tcp: "ok" },
      { options: ["--deny", DENIED] },
    );
    assert.equal(report.packetHooks, "run");
    const refused = report.flows.filter(({ reason }) => reason === "outside-cgroup");
    assert.deepEqual(refused.map(({ outcome, hook, protocol }) => `${outcome} ${hook} ${protocol}`).sort(), [
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
