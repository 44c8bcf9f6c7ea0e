import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AgentStatus } from "@ringfence/model";
import { TestAgent } from "./harness/agent.js";
import { untilInForce } from "./harness/agent-workloads.js";
import { TestCgroup } from "./harness/cgroups.js";
import { EchoServers } from "./harness/echo-servers.js";
import { inVm } from "./harness/in-vm.js";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";

const LASTS_MS = inVm ? 90_000 : 15_000;
/** The agent waits 100 ms whether more files change. */
const CHANGE_EVERY_MS = 150;

/** Connects to each port in its first moment, and says what came of each. */
const connect = `for port; do
  if (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; then echo ok; else echo refused; fi
done`;

function profile(name: string, subject: string, ports: readonly number[]): string {
  return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: ${name} }
spec:
  mode: enforce
  subject: ${subject}
  egress: { default: deny, rules: [{ allow: { to: [127.0.0.1], ports: [${ports.join()}] } }] }
`;
}

describe("an agent whose profiles change all the time", () => {
  test("has each cgroup that a profile names under it from the first moment", { timeout }, async () => {
    await using open = await EchoServers.start();
    await using closed = await EchoServers.start();
    await using agent = new TestAgent("swaps.slice");
    const { path } = agent.cgroup;
    const ports = [open.tcp4.port, closed.tcp4.port];
    agent.writeProfile("unit.yaml", profile("unit", "{ unit: billing.service }", [open.tcp4.port]));
    agent.writeProfile("late.yaml", profile("late", `{ cgroup: ${path}/late }`, [open.tcp4.port]));
    await agent.start();
    {
      // a unit outside system.slice is foreseen once it was seen
      await using billing = TestCgroup.make("billing.service", path);
      assert.ok(await untilInForce(agent, (all) => all.some(({ cgroup }) => cgroup === billing.path)));
    }
    const began = performance.now();
    const isOver = () => performance.now() - began > LASTS_MS;
    const changing = (async () => {
      for (let change = 1; !isOver(); change++) {
        agent.writeProfile("noise.yaml", profile("noise", `{ cgroup: ${path}/noise }`, [change]));
        await new Promise((resolve) => setTimeout(resolve, CHANGE_EVERY_MS));
      }
    })();
    const seen: Record<string, number> = {};
    let tries = 0;
    for (; !isOver(); tries++) {
      for (const name of ["billing.service", "late"]) {
        await using place = TestCgroup.make(name, path);
        const [file = "", ...words] = [...place.via, "bash", "-c", connect, "bash", ...ports.map(String)];
        const { stdout, stderr } = await runProcess(file, words);
        const result = `${name} ${stdout.trim().split("\n").join(" ")}${stderr}`;
        seen[result] = (seen[result] ?? 0) + 1;
      }
    }
    await changing;
    assert.deepEqual(seen, { "billing.service ok refused": tries, "late ok refused": tries });
    const status = await runProcess(ringfencePath, ["status", "--json", "--config", agent.config]);
    const { generation } = JSON.parse(status.stdout) as AgentStatus;
    assert.ok(tries > 10 && Number(generation) > 10, `${tries} tries, generation ${generation}`);
  });
});
