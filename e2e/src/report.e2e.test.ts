import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { describe, test } from "node:test";
import { fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { timeout } from "./harness/timeout.js";

const bash = realpathSync("/bin/bash");

describe("ringfence run report and log", () => {
  test("name the program, the process, the rule and the times", { timeout }, async () => {
    const before = Date.now();
    const script =
      "for port in 1003 1001 1002; do (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; done; echo $$ $PPID; exit 6";
    const command = ["bash", "-c", script, "a \u001b[31mname"];
    const { report, log, stdout, pid } = await fence(command, {
      options: ["--deny", ":1001"],
      via: isolated,
    });
    const [inside = 0, parent = 0] = stdout.split(" ").map(Number);
    assert.deepEqual(report.command, command);
    assert.equal(report.pid, inside);
    assert.equal(parent, pid);
    assert.equal(report.exitCode, 6);
    assert.equal(report.signal, null);
    assert.equal(report.mode, "enforce");
    assert.equal(report.user, null);
    assert.equal(report.stillRunning, 0);
    assert.deepEqual(report.policy.profiles, [{ name: "run", mode: "enforce", source: "command line" }]);
    assert.deepEqual(report.totals, { allowed: 2, denied: 1, wouldDeny: 0, wouldAllow: 0 });
    assert.deepEqual(
      Object.entries(report.losses).filter(([, count]) => count !== 0),
      [],
    );
    assert.deepEqual(report.warnings, []);
    assert.deepEqual(report.flows.map(({ outcome, port }) => `${outcome} ${port}`).slice(0, 1), [
      "denied 1001",
    ]);
    for (const flow of report.flows) {
      const [process] = flow.processes;
      assert.equal(flow.exe, bash);
      assert.deepEqual(flow.exeFlags, ["trusted"]);
      assert.equal(flow.hook, "connect");
      assert.equal(flow.verdicts, 1);
      assert.equal(flow.processCount, 1);
      assert.equal(process?.ppid, inside);
      assert.equal(process?.uid, 0);
      assert.equal(process?.gid, 0);
      assert.equal(process?.comm, "bash");
      assert.equal(process?.parentComm, "bash");
      assert.ok(process?.commandLine?.startsWith("bash -c for port in"), process?.commandLine ?? "null");
      const [first, last] = [Date.parse(flow.firstSeen), Date.parse(flow.lastSeen)];
      assert.ok(first >= before - 1000 && first <= last && last <= Date.now() + 1000, flow.firstSeen);
    }
    assert.deepEqual(
      log.map(({ port, action, rule }) => `${port} ${action} ${rule}`),
      ["1003 allow run/egress.default", "1001 deny run/--deny :1001", "1002 allow run/egress.default"],
    );
    for (const line of log) {
      const flow = report.flows.find(({ port }) => port === line.port);
      const [process] = flow?.processes ?? [];
      assert.equal(line.host, hostname());
      assert.equal(line.exe, bash);
      assert.equal(line.execId, process?.execId);
      assert.equal(line.pid, process?.pid);
      assert.equal(line.ppid, inside);
      assert.equal(line.commandLine, process?.commandLine);
      assert.equal(line.policyRevision, report.policy.revision);
      assert.equal(line.protocol, "tcp");
      assert.equal(line.address, "127.0.0.1");
      assert.equal(line.mode, "enforce");
      assert.equal(line.wouldBe, line.action);
      assert.ok(line.netns > 0 && BigInt(line.cgroupId) > 0n);
    }
  });
});
