import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ReportFlow } from "@ringfence/model";
import { EchoServers } from "./harness/echo-servers.js";
import { probe } from "./harness/probe.js";
import { timeout } from "./harness/timeout.js";
import type { Attempt } from "./probe/attempt.js";

const IPPROTO_MPTCP = 262;

describe("ringfence run verdicts", () => {
  let servers: EchoServers;
  before(async () => {
    servers = await EchoServers.start();
  });
  after(() => servers[Symbol.asyncDispose]());

  /** Every way to reach a destination, by name. */
  function ways(send: number): Attempt[] {
    const { tcp4, tcp6, udp4, udp6 } = servers;
    const v4 = "127.0.0.1";
    return [
      { name: "tcp4", op: "tcp", to: v4, port: tcp4.port, send },
      { name: "tcp6", op: "tcp", to: "::1", port: tcp6.port, send },
      { name: "tcp mapped", op: "tcp", to: "::ffff:127.0.0.1", port: tcp4.port, send },
      { name: "tcp unspecified", op: "tcp", to: "0.0.0.0", port: tcp4.port, send },
      { name: "tcp6 unspecified", op: "tcp", to: "::", port: tcp6.port, send },
      { name: "tcp mapped unspecified", op: "tcp", to: "::ffff:0.0.0.0", port: tcp4.port, send },
      { name: "tcp fast open", op: "tcp", how: "fast-open", to: v4, port: tcp4.port, send: send || 16 },
      { name: "tcp6 fast open", op: "tcp", how: "fast-open", to: "::1", port: tcp6.port, send: send || 16 },
      { name: "tcp io_uring", op: "tcp", how: "io-uring", to: v4, port: tcp4.port, send },
      { name: "tcp of io_uring", op: "tcp", maker: "ring", to: v4, port: tcp4.port, send },
      { name: "tcp6 of a worker", op: "tcp", maker: "worker", to: "::1", port: tcp6.port, send },
      { name: "udp4 of io_uring", op: "udp", maker: "ring", to: v4, port: udp4.port, echo: send > 0 },
      { name: "udp4 sendto", op: "udp", to: v4, port: udp4.port, echo: send > 0 },
      { name: "udp6 sendto", op: "udp", to: "::1", port: udp6.port, echo: send > 0 },
      { name: "udp4 sendmsg", op: "udp", how: "sendmsg", to: v4, port: udp4.port, echo: send > 0 },
      { name: "udp6 sendmsg", op: "udp", how: "sendmsg", to: "::1", port: udp6.port, echo: send > 0 },
      { name: "udp4 connected", op: "udp", how: "connect", to: v4, port: udp4.port, echo: send > 0 },
      { name: "udp6 connected", op: "udp", how: "connect", to: "::1", port: udp6.port, echo: send > 0 },
      { name: "udp mapped", op: "udp", to: "::ffff:127.0.0.1", port: udp4.port, echo: send > 0 },
      { name: "udp v4 on v6", op: "udp", to: v4, socket: "v6", port: udp4.port },
      { name: "udp unspecified", op: "udp", to: "0.0.0.0", port: udp4.port, echo: send > 0 },
      { name: "udp6 unspecified", op: "udp", to: "::", port: udp6.port, echo: send > 0 },
    ];
  }

  const all = (result: string) => Object.fromEntries(ways(0).map(({ name }) => [name, result]));

  test("refuse every way to a denied destination at once with EPERM", { timeout }, async () => {
    const before = seen();
    const nonblocking: Attempt[] = [
      { name: "nonblocking", op: "tcp", how: "nonblocking", to: "127.0.0.1", port: servers.tcp4.port },
      { name: "mptcp", op: "tcp", to: "127.0.0.1", port: servers.tcp4.port, protocol: IPPROTO_MPTCP },
    ];
    const attempts = [...ways(0), ...nonblocking];
    const expected = { ...all("EPERM"), nonblocking: "EPERM", mptcp: "EPERM" };
    const { took, report } = await probe(attempts, expected, { options: ["--default", "deny"] });
    for (const [name, ms] of Object.entries(took)) assert.ok(ms < 2000, `${name} took ${ms} ms`);
    assert.deepEqual(seen(), before, "something reached a server");
    assert.equal(report.totals.denied, attempts.length);
    assert.equal(report.totals.allowed, 0);
    assert.ok(report.flows.every((flow) => flow.outcome === "denied" && flow.sentBytes === 0));
    assert.deepEqual(addressesOf(report.flows), ["127.0.0.1", "::1"]);
  });

  test("let every way to an allowed destination through and count its bytes", { timeout }, async () => {
    const { tcp4, tcp6, udp4, udp6 } = servers;
    const before = seen();
    const options = [tcp4, tcp6].flatMap(({ port }) => ["--allow", `tcp/localhost:${port}`]);
    options.push(...[udp4, udp6].flatMap(({ port }) => ["--allow", `udp/localhost:${port}`]));
    const { report } = await probe(ways(1000), all("ok"), { options });
    assert.equal(report.totals.denied, 0);
    assert.equal(tcp4.connections - before.tcp4, 7);
    assert.equal(tcp6.connections - before.tcp6, 4);
    assert.equal(udp4.connections - before.udp4, 7);
    assert.equal(udp6.connections - before.udp6, 4);
    for (const flow of report.flows) {
      assert.equal(flow.outcome, "allowed");
      assert.match(flow.rule ?? "", /^run\/--allow (tcp|udp)\/localhost:\d+$/);
    }
    const sum = (port: number, field: "sentBytes" | "receivedBytes" | "verdicts") =>
      report.flows.filter((flow) => flow.port === port).reduce((total, flow) => total + flow[field], 0);
    for (const { port } of [tcp4, tcp6]) {
      assert.ok(
        sum(port, "sentBytes") > 3000 && sum(port, "sentBytes") < 20_000,
        `${sum(port, "sentBytes")}`,
      );
      assert.ok(sum(port, "receivedBytes") > 3000 && sum(port, "receivedBytes") < 20_000);
    }
    assert.equal(sum(tcp4.port, "verdicts"), 7);
    assert.equal(sum(udp4.port, "verdicts"), 7);
    assert.equal(sum(udp4.port, "sentBytes"), 7 * (16 + 8 + 20));
    assert.equal(sum(udp6.port, "sentBytes"), 4 * (16 + 8 + 40));
    assert.equal(sum(udp6.port, "receivedBytes"), 4 * (16 + 8 + 40));
  });

  test("count each datagram to its own destination", { timeout }, async () => {
    const { udp4, udp6 } = servers;
    const attempts: Attempt[] = [
      { name: "thrice", op: "udp", to: "127.0.0.1", port: udp4.port, times: 3, send: 100, echo: true },
      { name: "twice", op: "udp", to: "::1", port: udp6.port, times: 2, send: 10, echo: true },
      { name: "denied", op: "udp", to: "127.0.0.2", port: udp4.port },
      { name: "in progress", op: "tcp", how: "nonblocking", to: "127.0.0.1", port: servers.tcp4.port },
    ];
    const expected = { thrice: "ok", twice: "ok", denied: "EPERM", "in progress": "EINPROGRESS" };
    const { report } = await probe(attempts, expected, {
      options: ["--allow", "127.0.0.1", "--allow", "::1"],
    });
    const rows = report.flows.map(
      (flow) => `${flow.outcome} ${flow.address} ${flow.protocol} ${flow.verdicts}`,
    );
    assert.deepEqual(rows.sort(), [
      "allowed 127.0.0.1 tcp 1",
      "allowed 127.0.0.1 udp 3",
      "allowed ::1 udp 2",
      "denied 127.0.0.2 udp 1",
    ]);
    const thrice = report.flows.find((flow) => flow.verdicts === 3);
    assert.equal(thrice?.sentBytes, 3 * 128);
    assert.equal(thrice?.receivedBytes, 3 * 128);
  });

  function seen() {
    const { tcp4, tcp6, udp4, udp6 } = servers;
    return {
      tcp4: tcp4.connections,
      tcp6: tcp6.connections,
      udp4: udp4.connections,
      udp6: udp6.connections,
    };
  }
});

function addressesOf(flows: readonly ReportFlow[]): string[] {
  return [...new Set(flows.map((flow) => flow.address ?? "none"))].sort();
}
