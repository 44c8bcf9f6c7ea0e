import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { after, before, describe, test } from "node:test";
import { fence } from "./harness/fence.js";
import { probe } from "./harness/probe.js";
import type { Attempt } from "./probe/attempt.js";

const timeout = 120_000;

/** Bits of the capabilities that are taken away, from linux/capability.h. */
const taken = {
  NET_ADMIN: 12n,
  NET_RAW: 13n,
  SYS_MODULE: 16n,
  SYS_RAWIO: 17n,
  SYS_PTRACE: 19n,
  SYS_ADMIN: 21n,
  SYS_BOOT: 22n,
  PERFMON: 38n,
  BPF: 39n,
} as const;

const AF_INET = 2;
const AF_INET6 = 10;
const AF_PACKET = 17;
const BPF_MAP_GET_NEXT_ID = 12;
const BPF_OBJ_GET = 7;
const BPF_LINK_GET_NEXT_ID = 31;

/** A path of a control socket that this machine does not use, so that a test may listen there. */
const socketPath = ["/run/docker.sock", "/run/crio/crio.sock", "/run/snapd.socket"].find(
  (path) => !existsSync(path),
);

const attempts: Attempt[] = [
  { name: "bpf maps", op: "bpf", command: BPF_MAP_GET_NEXT_ID },
  { name: "bpf links", op: "bpf", command: BPF_LINK_GET_NEXT_ID },
  { name: "bpf pins", op: "bpf", command: BPF_OBJ_GET },
  { name: "raw", op: "socket", family: AF_INET, type: 3, protocol: 17 },
  { name: "raw6", op: "socket", family: AF_INET6, type: 3, protocol: 58 },
  { name: "packet", op: "socket", family: AF_PACKET, type: 3, protocol: 0x300 },
  { name: "reboot", op: "reboot" },
  { name: "core pattern", op: "write", path: "/proc/sys/kernel/core_pattern", text: "" },
  { name: "ping range", op: "write", path: "/proc/sys/net/ipv4/ping_group_range", text: "" },
  { name: "sysrq", op: "write", path: "/proc/sysrq-trigger", text: "" },
  { name: "control socket", op: "unix", path: socketPath ?? "" },
];

describe("ringfence run takes away", () => {
  const server = createServer((socket) => socket.destroy());
  before(async () => {
    assert.ok(socketPath !== undefined, "every path of a control socket is in use");
    mkdirSync(dirname(socketPath), { recursive: true });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  });
  after(() => {
    server.close();
    if (socketPath !== undefined) rmSync(socketPath, { force: true });
  });

  test("bpf(), raw sockets, kernel settings and control sockets", { timeout }, async () => {
    const { report } = await probe(attempts, {
      "bpf maps": "EPERM",
      "bpf links": "EPERM",
      "bpf pins": "EPERM",
      raw: "EPERM",
      raw6: "EPERM",
      packet: "EPERM",
      reboot: "EPERM",
      "core pattern": "EROFS",
      "ping range": "EROFS",
      sysrq: existsSync("/proc/sysrq-trigger") ? "EROFS" : "ENOENT",
      "control socket": "ECONNREFUSED",
    });
    assert.equal(report.privileged, false);
  });

  test("nothing with --privileged, which the report says", { timeout }, async () => {
    const kept = attempts.filter(({ name }) => !["bpf pins", "reboot", "sysrq"].includes(name));
    const { report } = await probe(
      kept,
      {
        // there is a map with an id above 0, and links: this run's own
        "bpf maps": "ok",
        "bpf links": "ok",
        raw: "ok",
        raw6: "ok",
        packet: "ok",
        "core pattern": "ok",
        "ping range": "ok",
        "control socket": "ok",
      },
      { options: ["--privileged"] },
    );
    assert.equal(report.privileged, true);
  });

  test("its list of capabilities from every set, also for a child in a user namespace", {
    timeout,
  }, async () => {
    const script =
      'cat /proc/self/status; unshare --user --map-root-user sh -c "ip link add rf0 type veth 2>&1; cat /proc/sys/kernel/core_pattern >/proc/sys/kernel/core_pattern" 2>&1';
    const { stdout } = await fence(["sh", "-c", script]);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
      const bits = BigInt(`0x${new RegExp(`^${set}:\\t([0-9a-f]+)`, "m").exec(stdout)?.[1]}`);
      const still = Object.entries(taken).filter(([, bit]) => (bits >> bit) & 1n);
      assert.deepEqual(
        still.map(([name]) => name),
        [],
        set,
      );
    }
    const bounding = BigInt(`0x${/^CapBnd:\t([0-9a-f]+)/m.exec(stdout)?.[1]}`);
    assert.ok(bounding & 1n, "CAP_CHOWN is not among them");
    assert.match(stdout, /^Seccomp:\t2$/m);
    assert.match(stdout, /Operation not permitted[\s\S]*Read-only file system/);
  });
});
