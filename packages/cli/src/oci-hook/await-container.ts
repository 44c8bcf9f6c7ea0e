import { setTimeout as sleep } from "node:timers/promises";
import { ControlClient } from "@ringfence/agent/control";
import { type AgentConfig, type ContainerState, RingfenceError } from "@ringfence/model";

/** The agent's answer that the time is over takes so long at most. */
const ANSWER_MS = 500;

/**
 * Returns when the policy in force covers the container, whose first process waits. Throws RF_OCI_TIMEOUT when it does not
 * in time, and what asking the agent throws.
 */
export async function awaitContainer(
  config: AgentConfig,
  container: ContainerState,
  seconds: number,
): Promise<void> {
  using client = await ControlClient.connect(config.spec.socket.path);
  const answer = client.request("workloads.await", { ...container, seconds });
  // an agent that is stopped keeps no time
  const over = sleep(seconds * 1000 + ANSWER_MS, { inForce: false }, { ref: false });
  const { inForce } = (await Promise.race([answer, over])) as { readonly inForce: boolean };
  answer.catch(() => undefined); // of a connection that is closed now
  if (inForce) return;
  throw new RingfenceError(
    "RF_OCI_TIMEOUT",
    `The container "${container.id}" was not under its policy within ${seconds} seconds: its network stays closed until then`,
    { hint: "Look into the agent's log, or wait for longer with --timeout" },
  );
}
