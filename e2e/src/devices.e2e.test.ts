import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { fence } from "./harness/fence.js";
import { ringfencePath } from "./harness/paths.js";
import { probe } from "./harness/probe.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { makeTunFile } from "./harness/tun-file.js";
import type { Attempt } from "./probe/attempt.js";

const tun: Attempt = { name: "tun", op: "tun", interface: "rf0" };

/** Words that start a program in a network namespace with a tun interface that outlives its maker and that root may use. */
const withTun = [
  "unshare",
  "--net",
  "sh",
  "-c",
  'ip tuntap add dev rf0 mode tun user root && exec "$@"',
  "sh",
];

/** Makes a device file of each number, and says which it could make. */
const makeDevices = 'for n in "$@"; do mknod "$0" c $n && echo "$n ok" && rm "$0"; done 2>&1; true';

describe("ringfence run refuses devices that send past every hook", () => {
  before(makeTunFile);

  for (const options of [[], ["--privileged"]]) {
    test(`tun at its opening, and says so, ${options.join() || "plain"}`, { timeout }, async () => {
      const { report, log } = await probe(
        [tun, { name: "null", op: "open", path: "/dev/null" }],
        { tun: "open EPERM", null: "ok" },
        { options: ["--default", "deny", ...options], via: withTun },
      );
      assert.deepEqual(
        report.flows.map((flow) => [flow.outcome, flow.hook, flow.reason, flow.protocol, flow.address]),
        [["denied", "device", "device", "tun", null]],
      );
      assert.match(log.map(({ msg }) => msg).join(), /may not open a tun device, which no rule can allow/);
    });
  }

  test("device files for them, also for drivers that are yet to come", { timeout }, async () => {
    const path = join(temporaryFolder(), "device");
    const refused = ["10 200", "10 238", "10 241", "231 192", "400 0"];
    const command = ["sh", "-c", makeDevices, path, ...refused, "1 3", "10 229"];
    const { stdout, report } = await fence(command, { options: ["--default", "deny"] });
    assert.deepEqual(stdout.match(/^\d+ \d+ ok$/gm), ["1 3 ok", "10 229 ok"]);
    assert.equal(stdout.match(/Operation not permitted/g)?.length, refused.length, stdout);
    assert.deepEqual(report.flows.map(({ protocol }) => protocol).sort(), [
      "infiniband",
      "later",
      "tun",
      "vhost-net",
      "vhost-vsock",
    ]);
  });

  test("only as far as there is something to protect", { timeout }, async () => {
    // the filter of system calls knows no policy, as with families of sockets
    const { report } = await probe([tun], { tun: "attach EPERM" }, { via: withTun });
    assert.deepEqual(report.flows, []);
    await probe([tun], { tun: "ok" }, { options: ["--privileged"], via: withTun });
    const audited = ["--privileged", "--default", "deny", "--mode", "audit"];
    const told = await probe([tun], { tun: "ok" }, { options: audited, via: withTun });
    assert.equal(told.report.flows[0]?.outcome, "would-deny");
  });

  test("as standard streams", { timeout }, async () => {
    const command = `exec "$0" run --default deny -- true 0<>/dev/net/tun`;
    const { code, stderr } = await runProcess("sh", ["-c", command, ringfencePath]);
    assert.equal(code, 125);
    assert.match(stderr, /^ringfence: Cannot run with stdin as a device \(tun\).*redirect stdin/);
  });
});
