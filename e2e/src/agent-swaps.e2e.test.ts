import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestAgent } from "./harness/agent.js";
import { untilInForce } from "./harness/agent-workloads.js";
import { TestCgroup } from "./harness/cgroups.js";
import { EchoServers } from "./harness/echo-servers.js";
import { inVm } from "./harness/in-vm.js";
import { profile, rules } from "./harness/profile.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";

const LASTS_MS = inVm ? 90_000 : 15_000;
/** The agent waits 100 ms whether more files change. */
const CHANGE_EVERY_MS = 150;

/** A unit outside system.slice that one profile selects, and a cgroup that another one names. */
const names = ["billing.service", "late"];

/** Connects to each port in its first moment, and says what came of each. */
const connect = `for port; do
  if (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; then echo ok; else echo refused; fi
done`;

/** Lets whoever it selects connect to one port. */
function onlyTo(name: string, subject: object, port: number): string {
  const rule = { allow: { to: ["127.0.0.1"], ports: [port] } };
  return profile(name, { subject, default: "deny", rules: rules({ [name]: rule }) });
}

/** Makes the cgroups again and again, with a process that connects, while something else goes on. Returns how often. */
async function comeAndGo(
  { cgroup: { path } }: TestAgent,
  ports: readonly number[],
  disturb: (isOver: () => boolean) => Promise<void>,
): Promise<number> {
  const began = performance.now();
  const isOver = () => performance.now() - began > LASTS_MS;
  const seen: Record<string, number> = {};
  let times = 0;
  const tryAll = async () => {
    for (; !isOver(); times++) {
      for (const name of names) {
        await using place = TestCgroup.make(name, path);
        const [file = "", ...words] = [...place.via, "bash", "-c", connect, "bash", ...ports.map(String)];
        const { stdout, stderr } = await runProcess(file, words);
        const result = `${name}: ${stdout.trim().replaceAll("\n", " ")}${stderr}`;
        seen[result] = (seen[result] ?? 0) + 1;
      }
    }
  };
  await Promise.all([tryAll(), disturb(isOver)]);
  assert.deepEqual(seen, Object.fromEntries(names.map((name) => [`${name}: ok refused`, times])));
  return times;
}

describe("an agent has each cgroup that a profile names under it from the first moment", () => {
  const disturbances: Readonly<Record<string, (agent: TestAgent, isOver: () => boolean) => Promise<void>>> = {
    "while profiles change": async (agent, isOver) => {
      for (let change = 1; !isOver(); change++) {
        const text = onlyTo("noise", { cgroup: `${agent.cgroup.path}/noise` }, change);
        agent.writeProfile("noise.yaml", text);
        await new Promise((resolve) => setTimeout(resolve, CHANGE_EVERY_MS));
      }
      const changes = agent.printed.match(/changed: profile "noise"/g)?.length ?? 0;
      assert.ok(changes > 10, `${changes} changes in force`);
    },
    "while it is killed": async (agent, isOver) => {
      let kills = 0;
      for (; !isOver(); kills++) {
        await agent.end("SIGKILL");
        await agent.start();
      }
      assert.ok(kills > 2, `${kills} kills`);
    },
  };
  for (const [when, disturb] of Object.entries(disturbances)) {
    test(when, { timeout }, async () => {
      await using open = await EchoServers.start();
      await using closed = await EchoServers.start();
      await using agent = new TestAgent("swaps.slice");
      const { path } = agent.cgroup;
      const ports = [open.tcp4.port, closed.tcp4.port];
      agent.writeProfile("unit.yaml", onlyTo("unit", { unit: "billing.service" }, open.tcp4.port));
      agent.writeProfile("late.yaml", onlyTo("late", { cgroup: `${path}/late` }, open.tcp4.port));
      await agent.start();
      {
        // a unit outside system.slice is expected once it was seen
        await using billing = TestCgroup.make("billing.service", path);
        assert.ok(await untilInForce(agent, (all) => all.some(({ cgroup }) => cgroup === billing.path)));
      }
      const times = await comeAndGo(agent, ports, (isOver) => disturb(agent, isOver));
      assert.ok(times > 10, `${times} times`);
    });
  }
});
