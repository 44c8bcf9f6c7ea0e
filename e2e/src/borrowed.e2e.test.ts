import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EchoServers } from "./harness/echo-servers.js";
import type { FenceOptions } from "./harness/fence.js";
import { guarded } from "./harness/guarded.js";
import { program } from "./harness/paths.js";
import { probe } from "./harness/probe.js";
import { timeout } from "./harness/timeout.js";
import type { Attempt, BorrowedAttempt } from "./probe/attempt.js";

/** Options that start ringfence with these sockets in its stdin. */
const lent = (sockets: readonly string[], options: readonly string[]): FenceOptions => ({
  options,
  input: null,
  via: [process.execPath, program("probe/lend.js"), sockets.join(",")],
});
const use = (
  name: string,
  which: number,
  of: number,
  how: BorrowedAttempt["how"],
  more: Partial<BorrowedAttempt> = {},
): Attempt => ({ name, op: "borrowed", which, of, how, ...more });

describe("ringfence run with sockets made outside, passed over a UNIX socket,", () => {
  test("judges an unconnected one by who uses it", { timeout }, async () => {
    await using servers = await EchoServers.start();
    const to = "127.0.0.1";
    const { report } = await probe(
      [
        use("allowed", 0, 1, "sendto", { to, port: servers.udp4.port }),
        use("denied", 0, 1, "sendto", { to, port: 1001 }),
        use("connect denied", 0, 1, "connect", { to, port: 1002 }),
      ],
      { allowed: "ok", denied: "EPERM", "connect denied": "EPERM" },
      lent(["bound 127.0.0.1 0"], ["--allow", `udp/127.0.0.1:${servers.udp4.port}`]),
    );
    assert.deepEqual(
      report.flows.map(({ outcome, hook, reason, port }) => `${outcome} ${hook} ${reason} ${port}`).sort(),
      [
        "denied connect policy 1002",
        "denied sendmsg policy 1001",
        `allowed sendmsg policy ${servers.udp4.port}`,
      ].sort(),
    );
  });

  test("refuses connected and raw ones at the call", { timeout, skip: !guarded }, async () => {
    await using servers = await EchoServers.start();
    const [tcp, udp] = [servers.tcp4.port, servers.udp6.port];
    const { report } = await probe(
      [
        use("tcp send", 0, 3, "send"),
        use("tcp write", 0, 3, "write"),
        use("tcp receive", 0, 3, "receive"),
        use("udp send", 1, 3, "send"),
        use("raw", 2, 3, "sendto", { to: "127.0.0.1", port: 9 }),
      ],
      {
        "tcp send": "EPERM",
        "tcp write": "EPERM",
        "tcp receive": "EPERM",
        "udp send": "EPERM",
        raw: "EPERM",
      },
      lent([`tcp 127.0.0.1 ${tcp}`, `udp ::1 ${udp}`, "raw 127.0.0.1 9"], ["--allow", "localhost"]),
    );
    assert.equal(report.securityModule, "active");
    assert.ok(report.flows.every(({ outcome, reason }) => outcome === "denied" && reason === "borrowed"));
    assert.deepEqual(
      report.flows.map(
        (flow) => `${flow.hook} ${flow.protocol} ${flow.address} ${flow.port} ${flow.verdicts}`,
      ),
      [
        `socket_sendmsg tcp 127.0.0.1 ${tcp} 2`,
        `socket_recvmsg tcp 127.0.0.1 ${tcp} 1`,
        `socket_sendmsg udp ::1 ${udp} 1`,
        "socket_sendmsg udp null null 1",
      ],
    );
    assert.equal(servers.tcp4.bytes + servers.udp6.bytes, 0);
  });

  test("lets connected ones work under audit, and reports each once", {
    timeout,
    skip: !guarded,
  }, async () => {
    await using servers = await EchoServers.start();
    const { report } = await probe(
      [use("first", 0, 1, "send"), use("second", 0, 1, "send"), use("echo", 0, 1, "receive")],
      { first: "ok", second: "ok", echo: "ok" },
      lent([`tcp 127.0.0.1 ${servers.tcp4.port}`], ["--mode", "audit", "--default", "deny"]),
    );
    assert.deepEqual(
      report.flows.map(({ outcome, reason, verdicts }) => `${outcome} ${reason} ${verdicts}`),
      ["would-deny borrowed 1"],
    );
  });

  test("finds connected ones without security module hooks, and ends those that are denied", {
    timeout,
    skip: guarded,
  }, async () => {
    await using servers = await EchoServers.start();
    const [tcp, tcp6, udp] = [servers.tcp4.port, servers.tcp6.port, servers.udp4.port];
    const { report } = await probe(
      [
        use("allowed", 0, 3, "send"),
        use("denied tcp", 1, 3, "send until ended"),
        use("denied udp", 2, 3, "send until ended"),
        use("allowed echo", 0, 3, "receive"),
      ],
      { allowed: "ok", "denied tcp": "ended", "denied udp": "ended", "allowed echo": "ok" },
      lent([`tcp ::1 ${tcp6}`, `tcp 127.0.0.1 ${tcp}`, `udp 127.0.0.1 ${udp}`], ["--allow", `[::1]:${tcp6}`]),
    );
    assert.deepEqual(
      report.flows
        .map(
          ({ outcome, hook, reason, protocol, port }) => `${outcome} ${hook} ${reason} ${protocol} ${port}`,
        )
        .sort(),
      [
        `allowed descriptors borrowed tcp ${tcp6}`,
        `denied descriptors borrowed tcp ${tcp}`,
        `denied descriptors borrowed udp ${udp}`,
      ],
    );
    assert.ok(report.flows.every(({ exe, verdicts }) => exe === process.execPath && verdicts === 1));
  });
});
