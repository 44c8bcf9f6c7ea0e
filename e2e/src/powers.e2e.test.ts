import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { after, before, describe, test } from "node:test";
import { fence } from "./harness/fence.js";
import { probe } from "./harness/probe.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import type { Attempt } from "./probe/attempt.js";

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

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const AF_VSOCK = 40;
const AF_XDP = 44;
const BPF_MAP_GET_NEXT_ID = 12;
const BPF_OBJ_GET = 7;
const BPF_LINK_GET_NEXT_ID = 31;

/** A path of a control socket that this machine does not use, so that a test may listen there. */
const socketPath = ["/run/docker.sock", "/run/crio/crio.sock", "/run/snapd.socket"].find(
  (path) => !existsSync(path),
);

/** A second proc file system, as containers and chroots have it, and the words that mount it around ringfence. */
const secondProc = temporaryFolder();
const withSecondProc = ["unshare", "--mount", "sh", "-c", 'mount -t proc proc "$0" && exec "$@"', secondProc];

/** Files that make the kernel do what it is told, where this kernel has them. */
const kernelFiles = [
  "/proc/sysrq-trigger",
  "/sys/kernel/uevent_helper",
  "/sys/module/firmware_class/parameters/path",
  "/sys/power/state",
  "/sys/kernel/tracing/kprobe_events",
].filter((path) => existsSync(path));

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
  ...kernelFiles.map((path): Attempt => ({ name: path, op: "write", path, text: "" })),
  { name: "second proc", op: "write", path: `${secondProc}/sys/kernel/core_pattern`, text: "" },
  { name: "request_key", op: "call", call: "request_key" },
  { name: "open_by_handle_at", op: "call", call: "open_by_handle_at" },
  { name: "vsock", op: "socket", family: AF_VSOCK },
  { name: "xdp", op: "socket", family: AF_XDP, type: 3 },
  { name: "xdp pair", op: "pair", family: AF_XDP, type: 3 },
  { name: "unix pair", op: "pair", family: AF_UNIX, type: 1 },
  { name: "netlink", op: "socket", family: AF_NETLINK, type: 3 },
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

  test("bpf() and other calls, raw sockets, kernel settings and control sockets", { timeout }, async () => {
    const expected = {
      "bpf maps": "EPERM",
      "bpf links": "EPERM",
      "bpf pins": "EPERM",
      raw: "EPERM",
      raw6: "EPERM",
      packet: "EPERM",
      reboot: "EPERM",
      "core pattern": "EROFS",
      "ping range": "EROFS",
      ...Object.fromEntries(kernelFiles.map((path) => [path, "EROFS"])),
      "second proc": "EROFS",
      request_key: "EPERM",
      open_by_handle_at: "EPERM",
      vsock: "EAFNOSUPPORT",
      xdp: "EAFNOSUPPORT",
      "xdp pair": "EAFNOSUPPORT",
      "unix pair": "ok",
      netlink: "ok",
      "control socket": "ECONNREFUSED",
    };
    const { report } = await probe(attempts, expected, { via: withSecondProc });
    assert.equal(report.privileged, false);
  });

  test("nothing with --privileged, which the report says", { timeout }, async () => {
    const dropped = ["bpf pins", "reboot", "vsock", ...kernelFiles];
    const kept = attempts.filter(({ name }) => !dropped.includes(name));
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
        "second proc": "ok",
        request_key: "EFAULT",
        open_by_handle_at: "EFAULT",
        xdp: "ok",
        "xdp pair": "EOPNOTSUPP", // the family's own answer
        "unix pair": "ok",
        netlink: "ok",
        "control socket": "ok",
      },
      { options: ["--privileged"], via: withSecondProc },
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
