import { ControlClient } from "@ringfence/agent/control";
import type { Workload } from "@ringfence/model";
import type { TestAgent } from "./agent.js";

interface WorkloadsAnswer {
  readonly workloads: readonly Workload[];
  readonly inForce: boolean;
}

/** What the policy in force knows of below the agent's cgroup; null while it is being put there. */
export async function workloadsInForce(agent: TestAgent): Promise<readonly Workload[] | null> {
  using client = await ControlClient.connect(agent.socket);
  const answer = (await client.request("workloads.list")) as WorkloadsAnswer;
  if (!answer.inForce) return null;
  return answer.workloads.filter(({ cgroup }) => cgroup.startsWith(`${agent.cgroup.path}/`));
}

/** Waits until it does, and until the workloads are as wanted; false when they were not within a minute. */
export async function untilInForce(
  agent: TestAgent,
  areWanted: (workloads: readonly Workload[]) => boolean,
): Promise<boolean> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const workloads = await workloadsInForce(agent);
    if (workloads !== null && areWanted(workloads)) return true;
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
