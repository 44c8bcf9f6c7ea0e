import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { looseSourceRoute, segmentRouting } from "@ringfence/probe";
import { fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { compileNative } from "./harness/native.js";
import { probe, probeCommand, readResults } from "./harness/probe.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import type { Attempt } from "./probe/attempt.js";

const AF_INET = 2;
const AF_INET6 = 10;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const lsrr = hex(looseSourceRoute("127.0.0.1"));
const rthdr = hex(segmentRouting("::1"));

/** Options that lead to another destination than the one that was judged. */
const routes: Attempt[] = [
  { name: "IP_OPTIONS with LSRR", op: "option", family: AF_INET, level: 0, option: 4, value: lsrr },
  {
    name: "LSRR after NOP",
    op: "option",
    family: AF_INET,
    level: 0,
    option: 4,
    value: `01${lsrr.slice(0, -2)}`,
  },
  { name: "SSRR", op: "option", family: AF_INET, level: 0, option: 4, value: `89${lsrr.slice(2)}` },
  { name: "IPV6_RTHDR", op: "option", family: AF_INET6, level: 41, option: 57, value: rthdr },
  { name: "IPV6_2292RTHDR", op: "option", family: AF_INET6, level: 41, option: 5, value: rthdr },
];

/** Options that have nothing to do with it, also larger than the page that the kernel shows to a program. */
const others: Attempt[] = [
  { name: "record route", op: "option", family: AF_INET, level: 0, option: 4, value: "0707040000000000" },
  { name: "no IP options", op: "option", family: AF_INET, level: 0, option: 4, value: "" },
  { name: "IP_TTL", op: "option", family: AF_INET, level: 0, option: 2, value: "40000000" },
  { name: "IPV6_UNICAST_HOPS", op: "option", family: AF_INET6, level: 41, option: 16, value: "40000000" },
  { name: "SO_ATTACH_FILTER", op: "option", family: AF_INET, level: 1, option: 26, zeros: 65_536 },
  { name: "SO_BINDTODEVICE", op: "option", family: AF_INET, level: 1, option: 25, zeros: 65_536 },
  { name: "SO_RCVBUF", op: "option", family: AF_INET, level: 1, option: 8, zeros: 65_536 },
  { name: "MCAST_MSFILTER", op: "option", family: AF_INET, level: 0, option: 48, zeros: 65_536 },
  { name: "IP_MSFILTER", op: "option", family: AF_INET, level: 0, option: 41, zeros: 8192 },
  { name: "TCP_CONGESTION", op: "option", family: AF_INET, level: 6, option: 13, zeros: 65_536 },
  { name: "IPV6_RECVRTHDR", op: "option", family: AF_INET6, level: 41, option: 56, zeros: 8192 },
];

describe("ringfence run source routes", () => {
  test("are refused as socket options, and no other option is touched", { timeout }, async () => {
    const [node = "", ...args] = probeCommand(others);
    const alone = readResults((await runProcess(node, args)).stdout).results;
    assert.equal(Object.keys(alone).length, others.length);
    const denied = Object.fromEntries(routes.map(({ name }) => [name, "EPERM"]));
    const { report } = await probe([...routes, ...others], { ...denied, ...alone });
    assert.deepEqual(
      report.flows.map(({ outcome, reason, hook, verdicts, rule }) => ({
        outcome,
        reason,
        hook,
        verdicts,
        rule,
      })),
      [
        {
          outcome: "denied",
          reason: "source-route",
          hook: "setsockopt",
          verdicts: routes.length,
          rule: null,
        },
      ],
    );
  });

  test("are refused by the 32-bit convention too, which meets no hook", { timeout }, async (t) => {
    const program = compileNative("compat-option", temporaryFolder());
    const alone = await runProcess(program, []);
    if (alone.signal !== null) return t.skip("the kernel has no 32-bit calls");
    assert.match(alone.stdout, /^route ok\nttl ok\nring ok\n$/);
    const { stdout } = await fence([program]);
    assert.equal(stdout, "route EPERM\nttl ok\nring ENOSYS\n");
  });

  test("are refused as control messages of a datagram that is allowed otherwise", { timeout }, async () => {
    const attempts: Attempt[] = [
      { name: "plain", op: "udp", how: "sendmsg", to: "127.0.0.1", port: 1001 },
      { name: "lsrr", op: "udp", how: "sendmsg", control: "lsrr", to: "127.0.0.1", port: 1001 },
      { name: "plain6", op: "udp", how: "sendmsg", to: "::1", port: 1001 },
      { name: "rthdr2", op: "udp", how: "sendmsg", control: "rthdr2", to: "::1", port: 1001 },
    ];
    const [node = "", ...args] = probeCommand(attempts);
    const alone = readResults((await runProcess(node, args, { via: isolated })).stdout).results;
    // a kernel without Mobile IPv6 refuses that header itself
    const rthdr2 = alone["rthdr2"] === "ok" ? "EPERM" : "EINVAL";
    assert.deepEqual(alone, { plain: "ok", lsrr: "ok", plain6: "ok", rthdr2: alone["rthdr2"] });
    const { report } = await probe(
      attempts,
      { plain: "ok", lsrr: "EPERM", plain6: "ok", rthdr2 },
      // newer kernels want CAP_NET_RAW for it, which only a privileged run has
      { options: ["--allow", "localhost", "--privileged"], via: isolated },
    );
    const routed = report.flows.filter((flow) => flow.reason === "source-route");
    assert.deepEqual(
      routed
        .map(({ outcome, hook, protocol, address }) => `${outcome} ${hook} ${protocol} ${address}`)
        .sort(),
      ["denied packet udp 127.0.0.1", ...(rthdr2 === "EPERM" ? ["denied packet udp ::1"] : [])],
    );
  });

  test("--privileged judges each packet of a raw socket by its own destination", { timeout }, async () => {
    const { report } = await probe(
      [
        { name: "allowed", op: "raw-udp", to: "127.0.0.1", port: 1001 },
        { name: "other port", op: "raw-udp", to: "127.0.0.1", port: 1002 },
        { name: "other address", op: "raw-udp", to: "127.0.0.2", port: 1001 },
        { name: "allowed6", op: "raw-udp", to: "::1", port: 1001 },
        // its data begins at a later offset: what looks like its ports is none
        { name: "later fragment", op: "raw-fragment", to: "::1", port: 1001 },
      ],
      {
        allowed: "ok",
        "other port": "EPERM",
        "other address": "EPERM",
        allowed6: "ok",
        "later fragment": "EPERM",
      },
      {
        options: ["--privileged", "--allow", "udp/127.0.0.1:1001", "--allow", "udp/[::1]:1001"],
        via: isolated,
      },
    );
    assert.deepEqual(
      report.flows
        .filter(({ direction }) => direction === "egress")
        .map((flow) => `${flow.outcome} ${flow.address} ${flow.port} ${flow.hook} ${flow.verdicts}`)
        .sort(),
      [
        "allowed 127.0.0.1 1001 packet 1",
        "allowed ::1 1001 packet 1",
        "denied 127.0.0.1 1002 packet 1",
        "denied 127.0.0.2 1001 packet 1",
        "denied ::1 0 packet 1",
      ],
    );
  });
});
