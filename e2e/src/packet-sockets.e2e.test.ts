import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestCgroup } from "./harness/cgroups.js";
import { guarded } from "./harness/guarded.js";
import { isolated } from "./harness/isolated.js";
import { probe } from "./harness/probe.js";
import { timeout } from "./harness/timeout.js";
import type { Attempt } from "./probe/attempt.js";

const AF_PACKET = 17;
const AF_VSOCK = 40;
const frame: Attempt = { name: "frame", op: "frame" };
const privileged = ["--privileged", "--default", "deny"];

describe("ringfence run --privileged AF_PACKET", () => {
  test("is dropped at the interfaces, and what is left open is said", {
    timeout,
    skip: guarded,
  }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    const { report } = await probe(
      [frame, { name: "move", op: "write", path: group.entry, text: "0" }, { name: "moved", op: "frame" }],
      { frame: "ENOBUFS", move: "ok", moved: "ok" },
      { options: [...privileged, "--packet-sockets", "stop"], via: isolated },
    );
    assert.equal(report.packetSockets, "stopped");
    assert.match(report.warnings.join(), /AF_PACKET sockets are stopped at lo; open .* changes its cgroup/);
    const [flow] = report.flows;
    assert.deepEqual(
      [report.flows.length, flow?.outcome, flow?.hook, flow?.reason, flow?.protocol, flow?.address],
      [1, "denied", "tc", "address-family", "packet", null],
    );
    assert.equal(flow?.exe, process.execPath);
  });

  test("is left alone under a policy that denies nothing", { timeout }, async () => {
    const options = ["--privileged", "--packet-sockets", "stop"];
    const { report } = await probe([frame], { frame: "ok" }, { options, via: isolated });
    assert.deepEqual([report.flows, report.warnings], [[], []]);
  });

  test("is reported as open where nothing stops it", { timeout, skip: guarded }, async () => {
    const options = [...privileged, "--packet-sockets", "report"];
    const { report } = await probe([frame], { frame: "ok" }, { options, via: isolated });
    assert.equal(report.packetSockets, "open");
    assert.match(report.warnings.join(), /AF_PACKET sockets are open/);
  });

  test("is refused with other unjudged families by the security module", {
    timeout,
    skip: !guarded,
  }, async () => {
    const { report } = await probe(
      [
        frame,
        { name: "packet", op: "socket", family: AF_PACKET, type: 3 },
        { name: "vsock", op: "socket", family: AF_VSOCK },
        { name: "unix", op: "socket", family: 1 },
      ],
      { frame: "EPERM", packet: "EPERM", vsock: "EPERM", unix: "ok" },
      { options: privileged, via: isolated },
    );
    assert.equal(report.packetSockets, "refused");
    assert.deepEqual(
      report.flows.map(
        (flow) => `${flow.outcome} ${flow.hook} ${flow.reason} ${flow.protocol} ${flow.verdicts}`,
      ),
      ["denied socket_create address-family packet 2", "denied socket_create address-family vsock 1"],
    );
  });
});
