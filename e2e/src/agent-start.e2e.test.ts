import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { PinFolder } from "@ringfence/agent";
import type { AgentStatus } from "@ringfence/model";
import { TestAgent } from "./harness/agent.js";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";

const profile = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: tested }
spec:
  mode: enforce
  egress: { default: deny, rules: [{ allow: { to: [10.0.0.1] } }] }
`;

async function statusOf(agent: TestAgent): Promise<AgentStatus> {
  const { stdout } = await runProcess(ringfencePath, ["status", "--json", "--config", agent.config]);
  return JSON.parse(stdout) as AgentStatus;
}

describe("ringfence agent, starting", () => {
  test("makes room for its policy whatever it remembers of another one", { timeout }, async () => {
    await using agent = new TestAgent("room", { "tested.yaml": profile });
    const file = join(agent.folder, "state/capacity.json");
    await agent.start();
    const first = await statusOf(agent);
    const remembered = readFileSync(file, "utf8");
    const tooLittle = JSON.stringify(JSON.parse(remembered), (_key, value) =>
      typeof value === "number" ? 1 : value,
    );
    for (const text of [remembered, tooLittle, "{"]) {
      await agent.end("SIGTERM");
      PinFolder.open(agent.pins).removeAll();
      writeFileSync(file, text);
      await agent.start();
      const { covered, agent: told, revision, hooks } = await statusOf(agent);
      assert.deepEqual([covered, told?.takenOver, revision], [true, false, first.revision], text);
      assert.deepEqual(hooks, first.hooks);
      assert.equal(readFileSync(file, "utf8"), remembered, "the next start knows better");
    }
  });

  test("is refused beside another one before that notices anything", { timeout }, async () => {
    await using agent = new TestAgent("second", { "tested.yaml": profile });
    await agent.start();
    const { code, stderr } = await runProcess(ringfencePath, ["agent", "--config", agent.config]);
    assert.equal(code, 125);
    assert.match(stderr, /Another agent works with/);
    const { covered, hooks } = await statusOf(agent);
    assert.deepEqual([covered, hooks.undone], [true, []]);
  });
});
