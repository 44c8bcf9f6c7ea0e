import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { linkIds } from "./harness/bpf-links.js";
import { TestCgroup } from "./harness/cgroups.js";
import { fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { isolation } from "./harness/isolation.js";
import { assertNothingLeft } from "./harness/leftovers.js";
import { program, ringfencePath } from "./harness/paths.js";
import { probe, readResults } from "./harness/probe.js";
import { profile, rules } from "./harness/profile.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";
import type { Attempt } from "./probe/attempt.js";

const AF_INET = 2;
const SOCK_DGRAM = 2;
const IPPROTO_UDPLITE = 136;
const NOBODY = 65_534;

describe("ringfence run holds against", () => {
  test("UDP-Lite, and a connected socket that another process may use elsewhere", { timeout }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    const policy = profile("p", {
      default: "deny",
      rules: rules({
        first: { allow: { ports: [1001], protocol: "udp" } },
        "by-root": { allow: { process: { uid: 0 }, ports: [1003] } },
      }),
    });
    const lite = { op: "datagrams", protocol: IPPROTO_UDPLITE } as const;
    const attempts: Attempt[] = [
      { ...lite, name: "lite allowed", steps: ["sendto 127.0.0.1 1001"] },
      { ...lite, name: "lite denied", steps: ["sendto 127.0.0.1 1002"] },
      {
        ...lite,
        name: "lite connected elsewhere",
        steps: ["sendto 127.0.0.1 1001", "connect 127.0.0.2 1002", "send", "send"],
      },
      {
        op: "datagrams",
        // the second connect is judged and fails for want of a route: the socket keeps its first peer
        name: "connected by another",
        steps: ["connect 127.0.0.1 1003", "uid 33", "connect 192.0.2.1 1001", "send", "uid 0"],
      },
      { op: "write", name: "move", path: group.entry, text: "0" },
      {
        op: "socket",
        name: "lite moved",
        family: AF_INET,
        type: SOCK_DGRAM,
        protocol: IPPROTO_UDPLITE,
      },
    ];
    const { report } = await probe(
      attempts,
      {
        "lite allowed": "ok",
        "lite denied": "EPERM",
        "lite connected elsewhere": "ok ok EPERM EPERM",
        "connected by another": "ok ok ENETUNREACH EPERM ok",
        move: "ok",
        "lite moved": "EPERM",
      },
      { policies: [policy], via: isolated },
    );
    const denied = report.flows.filter((flow) => flow.outcome === "denied");
    assert.deepEqual(
      denied
        .map((flow) => `${flow.hook} ${flow.reason} ${flow.address} ${flow.port} ${flow.verdicts}`)
        .sort(),
      [
        "packet policy 127.0.0.1 1003 1",
        "packet policy 127.0.0.2 1002 2",
        "sendmsg policy 127.0.0.1 1002 1",
        "sock_create outside-cgroup null null 1",
      ],
    );
  });

  test("use of processes outside", { timeout }, async () => {
    const name = `rf-e2e-${process.pid}`;
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(`\0${name}`, resolve));
    const victim = await sleeper();
    try {
      const attempts: Attempt[] = [
        { name: "signal", op: "signal", pid: victim.pid ?? 0, signal: 0 },
        { name: "abstract socket", op: "unix", path: `@${name}` },
        { name: "group", op: "gid", id: NOBODY },
        { name: "user", op: "uid", id: NOBODY },
        { name: "root folder", op: "open", path: `/proc/${victim.pid}/root` },
        { name: "environment", op: "open", path: `/proc/${victim.pid}/environ` },
      ];
      const open = {
        signal: "ok",
        "abstract socket": "ok",
        group: "ok",
        user: "ok",
        "root folder": "ok",
        environment: "ok",
      };
      const scoped = { signal: "EPERM", "abstract socket": "EPERM" };
      await probe(attempts, {
        ...open,
        ...(isolation === "scoped" ? scoped : {}),
        "root folder": "EACCES",
        environment: "EACCES",
      });
      await probe(attempts, open, { options: ["--privileged"] });
    } finally {
      victim.kill("SIGKILL");
      server.close();
    }
  });

  test("leaving the pins' mount namespace and killing supervisor and guardian", { timeout }, async () => {
    const linksBefore = linkIds();
    const path = join(temporaryFolder(), "results");
    const results = () => readResults(readFileSync(path, "utf8")).results;
    const fd = openSync(path, "a");
    const command = [process.execPath, program("probe/shed-pins.js"), "1001"];
    const args = ["run", "--report", "none", "--default", "deny", "--", ...command];
    const { pid } = await runProcess(ringfencePath, args, { stdio: ["ignore", fd, fd] });
    closeSync(fd);
    assert.ok(await until(() => "later" in results()), readFileSync(path, "utf8"));
    const scoped = isolation === "scoped";
    const [mounts, kills] = scoped ? ["ok", "EPERM"] : ["EPERM", "ok"];
    assert.deepEqual(results(), {
      tmpfs: mounts,
      pivot_root: mounts,
      // without the pivot there is no old tree to detach
      ...(scoped ? { detach: "ok" } : {}),
      "kill supervisor": kills,
      "kill guardian": kills,
      alone: "EPERM",
      later: "EPERM",
    });
    if (!scoped) await fence(["true"], { livesOn: true });
    await assertNothingLeft(pid, linksBefore);
  });
});

/** A process of an unprivileged user, outside any fence. */
async function sleeper(): Promise<ChildProcess> {
  const child = spawn("sleep", ["600"], { uid: NOBODY, gid: NOBODY, stdio: "ignore" });
  await once(child, "spawn");
  return child;
}
