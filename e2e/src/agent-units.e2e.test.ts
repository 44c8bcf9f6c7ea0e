import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestAgent } from "./harness/agent.js";
import { untilInForce } from "./harness/agent-workloads.js";
import { TestCgroup } from "./harness/cgroups.js";
import { CommandedProcess } from "./harness/commanded-process.js";
import { EchoServers } from "./harness/echo-servers.js";
import { timeout } from "./harness/timeout.js";

function denyAll(name: string, subject: string): string {
  return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: ${name} }
spec: { mode: enforce, subject: ${subject}, egress: { default: deny, rules: [] } }
`;
}

/** What comes of a connection from a process whose first place is there. */
async function firstConnection(place: TestCgroup, port: number): Promise<string> {
  await using process = new CommandedProcess(place.via);
  return await process.do("tcp", "a", port);
}

async function isKnown(agent: TestAgent, { path }: TestCgroup): Promise<boolean> {
  return await untilInForce(agent, (all) => all.some(({ cgroup }) => cgroup === path));
}

describe("an agent and units that start while it is dead", () => {
  test("has a unit that is started again, and a cgroup that its policy names, judged as theirs", {
    timeout,
  }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("units.slice");
    const { path } = agent.cgroup;
    agent.writeProfile("billing.yaml", denyAll("billing", "{ unit: billing.service }"));
    agent.writeProfile("late.yaml", denyAll("late", `{ cgroup: ${path}/late }`));
    await agent.start();
    const seen: Record<string, string> = {};
    const tryIn = async (name: string, when: string) => {
      await using place = TestCgroup.make(name, path);
      seen[`${name} ${when}`] = await firstConnection(place, servers.tcp4.port);
    };
    {
      await using billing = TestCgroup.make("billing.service", path);
      assert.ok(await isKnown(agent, billing));
      seen["billing.service before"] = await firstConnection(billing, servers.tcp4.port);
    }
    await TestCgroup.make("billing.service", path)[Symbol.asyncDispose]();
    await agent.end("SIGKILL");
    await tryIn("billing.service", "without an agent");
    await tryIn("billing.service", "once more");
    await tryIn("late", "without an agent");
    await tryIn("other.service", "without an agent");
    await agent.start();
    await agent.end("SIGKILL");
    await tryIn("billing.service", "without the second agent");
    await agent.start();
    {
      await using billing = TestCgroup.make("billing.service", path);
      assert.ok(await isKnown(agent, billing));
      seen["billing.service after it"] = await firstConnection(billing, servers.tcp4.port);
    }
    await tryIn("other.service", "after it");
    const refused = "Operation not permitted";
    assert.deepEqual(seen, {
      "billing.service before": refused,
      "billing.service without an agent": refused,
      "billing.service once more": refused,
      "late without an agent": refused,
      "other.service without an agent": "ok",
      "billing.service without the second agent": refused,
      "billing.service after it": refused,
      "other.service after it": "ok",
    });
  });
});
