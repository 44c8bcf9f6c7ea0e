import assert from "node:assert/strict";
import { copyFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { Report } from "@ringfence/model";
import { evaluate, type FlowFacts, type ProcessFacts } from "@ringfence/policy";
import { policyYaml, questionLine, Random, seedOf } from "@ringfence/policy/testing";
import { fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { probeCommand, readResults } from "./harness/probe.js";
import { callAddress, firstPort, randomCall, randomCallPolicy } from "./harness/random-calls.js";
import { shellTries } from "./harness/shell-tries.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import type { Attempt } from "./probe/attempt.js";

const seed = seedOf(process.env);
const node = realpathSync(process.execPath);
const identities = [
  { uid: 0, gid: 0, comm: "first" },
  { uid: 33, gid: 33, comm: "second" },
  { uid: 1000, gid: 0, comm: "first" },
  { uid: 1, gid: 1000, comm: "third" },
];
const callsOfIdentity = 50;
const callsOfShell = 30;

interface Call {
  readonly name: string;
  readonly process: ProcessFacts;
  readonly flow: FlowFacts;
}

const plain = { ancestors: [], gid: 0, uid: 0, cgroup: "/", container: false };

/** What the probe does: becomes one identity after the other, and calls as each of them. */
function probeAttempts(calls: readonly Call[]): Attempt[] {
  return identities.flatMap(({ uid, gid, comm }, index): Attempt[] => [
    { name: `root ${index}`, op: "uid", id: 0 },
    { name: `gid ${index}`, op: "gid", id: gid },
    { name: `comm ${index}`, op: "comm", comm },
    { name: `uid ${index}`, op: "uid", id: uid },
    ...calls.slice(index * callsOfIdentity, (index + 1) * callsOfIdentity).map(attemptOf),
  ]);
}

function attemptOf({ name, flow }: Call, index: number): Attempt {
  const to = callAddress(flow);
  const port = flow.port ?? 0;
  if (flow.protocol === "tcp") return { name, op: "tcp", to, port };
  return {
    name,
    op: "udp",
    how: (["sendto", "sendmsg", "connect"] as const)[index % 3] ?? "sendto",
    to,
    port,
  };
}

/** A copy of bash that makes each call in a process of its own. */
function shellLine(shell: string, { name, flow }: Call): string {
  return `connect='exec 3<>/dev/${flow.protocol}/${callAddress(flow)}/${flow.port}'; try ${name} ${shell}`;
}

function outcomeOf(report: Report, { flow }: Call): string {
  const rows = report.flows.filter(({ protocol, port }) => protocol === flow.protocol && port === flow.port);
  const [row, ...others] = rows;
  if (row === undefined) return "not in the report";
  return [row.outcome, row.rule, row.shadowRule ?? row.rule, others.length === 0 ? "" : "twice"]
    .join(" ")
    .trim();
}

test("the kernel judges real calls of several programs and users as the reference evaluator", {
  timeout,
}, async (t) => {
  const random = new Random(seed);
  const folder = realpathSync(temporaryFolder());
  const shells = ["one", "two"].map((name) => join(folder, name));
  for (const shell of shells) copyFileSync(realpathSync("/bin/bash"), shell);
  const callers: Omit<ProcessFacts, "cgroup">[] = [
    ...identities.flatMap((identity) =>
      Array.from({ length: callsOfIdentity }, () => ({
        ...plain,
        ...identity,
        exe: { path: node, trusted: true },
      })),
    ),
    ...shells.flatMap((path, index) =>
      Array.from({ length: callsOfShell }, () => ({
        ...plain,
        comm: ["one", "two"][index] ?? "",
        exe: { path, trusted: true },
      })),
    ),
  ];
  const calls = callers.map((caller, index): Call => {
    return {
      name: `call-${index}`,
      process: { ...plain, ...caller },
      flow: randomCall(random, firstPort + index),
    };
  });
  const pool = {
    patterns: [node, `${dirname(node)}/*`, ...shells, `${folder}/*`, `${folder}/o*`, "/**", "/usr/bin/curl"],
    comms: ["first", "second", "third", "one", "other"],
    ports: calls.length,
  };
  const profiles = randomCallPolicy(random, pool);
  const ofProbe = identities.length * callsOfIdentity;
  const lines = calls.slice(ofProbe).map((call, index) => {
    return shellLine(shells[Math.floor(index / callsOfShell)] ?? "", call);
  });
  const script = `${shellTries(0)}"$@"\n${lines.join("\n")}\n`;
  const command = ["bash", "-c", script, "bash", ...probeCommand(probeAttempts(calls.slice(0, ofProbe)))];
  const policy = policyYaml(profiles);
  const run = await fence(command, { policies: [policy], via: isolated });
  const { results } = readResults(run.stdout);
  const counts = new Map<string, number>();
  for (const call of calls) {
    const { outcome, enforced, shadow } = evaluate(profiles, call.process, call.flow);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    const what = `RINGFENCE_TEST_SEED=${seed}, ${call.name}: ${questionLine(call)}\n${policy}`;
    assert.equal(
      results[call.name] === "EPERM",
      enforced.action === "deny",
      `${results[call.name]}: ${what}`,
    );
    const expected = [outcome, enforced.rule?.ruleId, shadow.rule?.ruleId ?? enforced.rule?.ruleId]
      .join(" ")
      .trim();
    assert.equal(outcomeOf(run.report, call), expected, what);
  }
  t.diagnostic(`${calls.length} calls, seed ${seed}: ${JSON.stringify(Object.fromEntries(counts))}`);
  assert.ok(
    Math.min(counts.get("allowed") ?? 0, counts.get("denied") ?? 0) > 10,
    "nearly all calls ended alike",
  );
});
