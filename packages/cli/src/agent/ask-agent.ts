import { ControlClient } from "@ringfence/agent/control";
import type { AgentConfig } from "@ringfence/model";

/** Asks the agent one thing. Throws RF_AGENT_ABSENT, RF_AGENT_LOST, RF_ACCESS, and what the agent throws. */
export async function askAgent<T>(config: AgentConfig, method: string, params: object = {}): Promise<T> {
  using client = await ControlClient.connect(config.spec.socket.path);
  return (await client.request(method, params)) as T;
}
