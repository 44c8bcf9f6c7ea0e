import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "@ringfence/agent/daemon";
import { loadPolicy } from "@ringfence/agent/policy";
import { Cgroup2 } from "@ringfence/kernel";
import type { AgentConfig } from "@ringfence/model";
import { OBJECT_PATH } from "../object-path.js";
import { printLine } from "../print-line.js";

/** Runs the agent until it is told to end. */
export async function runAgent(config: AgentConfig): Promise<void> {
  const agent = await Agent.start({
    config,
    objectPath: OBJECT_PATH,
    version: "0.1.0",
    readers: null,
    policy: await policyOf(config),
    knowledge: { ancestorsOf: () => null, workloadOf: () => null },
    say: printLine,
    methods: () => ({}),
  });
  printLine(`agent: ${agent.engine.fence.takenOver ? "took over" : "started"}`);
  await new Promise((resolve) => process.once("SIGTERM", resolve).once("SIGINT", resolve));
  await agent.stop();
}

async function policyOf({ spec }: AgentConfig) {
  using cgroups = Cgroup2.open();
  const files = readdirSync(spec.profiles).filter((name) => /\.ya?ml$/.test(name));
  const policyFiles = files.toSorted().map((name) => join(spec.profiles, name));
  return await loadPolicy(
    { policyFiles, allow: [], deny: [], default: null, allowFrom: [], listen: [], mode: null },
    cgroups,
  );
}
