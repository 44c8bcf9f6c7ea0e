import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { TestCgroup } from "./harness/cgroups.js";
import { fence } from "./harness/fence.js";
import { program } from "./harness/paths.js";
import { probe, readResults } from "./harness/probe.js";
import { shellTries } from "./harness/shell-tries.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import type { Attempt } from "./probe/attempt.js";

const CLONE_NEWPID = 0x20000000;
const CLONE_NEWNET = 0x40000000;
const SOCK_RAW = 3;
const IPPROTO_UDP = 17;
const closed = ["--default", "deny"];

const tries = (state: string): Attempt[] => [
  { name: `tcp ${state}`, op: "tcp", to: "127.0.0.1", port: 1001 },
  { name: `udp ${state}`, op: "udp", to: "127.0.0.1", port: 1001 },
  { name: `udp6 ${state}`, op: "udp", to: "::1", port: 1001 },
];
const refused = (state: string) => Object.fromEntries(tries(state).map(({ name }) => [name, "EPERM"]));

describe("ringfence run fence", () => {
  test("holds in another cgroup", { timeout }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    const { report } = await probe(
      [...tries("at first"), { name: "move", op: "write", path: group.entry, text: "0" }, ...tries("moved")],
      { ...refused("at first"), move: "ok", ...refused("moved") },
      { options: closed },
    );
    assert.equal(report.totals.denied, 6);
  });

  test("holds for a privileged process that moves, makes namespaces and enters the old ones", {
    timeout,
  }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    const raw: Attempt = { name: "raw udp", op: "raw-udp", to: "127.0.0.1", port: 1001 };
    const attempts: Attempt[] = [
      raw,
      { name: "pid", op: "unshare", flags: CLONE_NEWPID },
      { name: "net", op: "unshare", flags: CLONE_NEWNET },
      ...tries("in new namespaces"),
      { name: "old net", op: "setns", path: `/proc/${process.pid}/ns/net` },
      ...tries("in the old namespace"),
      { name: "move", op: "write", path: group.entry, text: "0" },
      ...tries("moved"),
      { name: "raw moved", op: "socket", family: 2, type: SOCK_RAW, protocol: IPPROTO_UDP },
    ];
    const { report } = await probe(
      attempts,
      {
        "raw udp": "EPERM",
        pid: "ok",
        net: "ok",
        ...refused("in new namespaces"),
        "old net": "ok",
        ...refused("in the old namespace"),
        move: "ok",
        ...refused("moved"),
        "raw moved": "EPERM",
      },
      { options: [...closed, "--privileged"] },
    );
    assert.equal(report.privileged, true);
    assert.equal(report.totals.allowed, 0);
    assert.ok(report.flows.some((flow) => flow.reason === "outside-cgroup" && flow.hook === "sock_create"));
    assert.ok(report.flows.some((flow) => flow.hook === "packet" && flow.port === 1001));
  });

  test("holds in namespaces below a user namespace, and keeps out of those outside", {
    timeout,
  }, async () => {
    const script = `${shellTries(1001)}
try plain bash
try "user namespace" unshare --user --map-root-user bash
try "all namespaces" unshare --user --map-root-user --mount --propagation unchanged --pid --fork --net --ipc --uts --cgroup bash
try "new session" setsid --wait bash
try "another root" unshare --user --map-root-user chroot / bash
for ns in mnt net pid user; do nsenter --$([ $ns = mnt ] && echo mount || echo $ns)=/proc/${process.pid}/ns/$ns true 2>/dev/null && echo "entered $ns"; done
unshare --mount true 2>/dev/null && echo "made a mount namespace"
true`;
    const { stdout, stderr, report } = await fence(["bash", "-c", script], { options: closed });
    const { results } = readResults(stdout);
    assert.deepEqual(
      results,
      {
        plain: "EPERM",
        "user namespace": "EPERM",
        "all namespaces": "EPERM",
        "new session": "EPERM",
        "another root": "EPERM",
      },
      stderr,
    );
    assert.doesNotMatch(stdout, /entered|made/);
    assert.equal(report.totals.denied, 5);
  });

  test("holds for a thread whose leader exited, and for its child", { timeout }, async () => {
    const command = [process.execPath, program("probe/leaderless.js"), "1001"];
    const { stdout, report, stderr } = await fence(command, { options: [...closed, "--wait"] });
    assert.deepEqual(
      readResults(stdout).results,
      { "thread tcp": "EPERM", "thread udp": "EPERM", child: "EPERM" },
      stderr,
    );
    assert.equal(report.totals.denied, 3);
  });

  test("holds while two runs with other policies go on", { timeout }, async () => {
    const folder = temporaryFolder();
    const [mine, other] = [join(folder, "mine"), join(folder, "other")];
    const meet = (own: string, theirs: string) => `touch ${own}; until [ -e ${theirs} ]; do sleep 0.05; done`;
    const script = (own: string, theirs: string) => `${shellTries(1001)}${meet(own, theirs)}; try 1001 bash
connect='exec 3<>/dev/tcp/127.0.0.1/1002'; try 1002 bash; ${meet(`${own}2`, `${theirs}2`)}`;
    const [first, second] = await Promise.all([
      fence(["bash", "-c", script(mine, other)], { options: ["--deny", ":1001"] }),
      fence(["bash", "-c", script(other, mine)], { options: ["--deny", ":1002"] }),
    ]);
    assert.deepEqual(readResults(first.stdout).results, { 1001: "EPERM", 1002: "ECONNREFUSED" });
    assert.deepEqual(readResults(second.stdout).results, { 1001: "ECONNREFUSED", 1002: "EPERM" });
    for (const { report } of [first, second]) {
      assert.equal(report.totals.denied, 1);
      assert.equal(report.totals.allowed, 1);
    }
    assert.equal(readFileSync(first.logPath, "utf8").trim().split("\n").length, 2);
  });
});
