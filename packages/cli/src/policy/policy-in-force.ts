import type { PolicyFile } from "@ringfence/agent/policy";
import { AgentState } from "@ringfence/agent/profiles";
import { RingfenceError } from "@ringfence/model";
import { askAgent } from "../agent/ask-agent.js";
import { readAgentConfig } from "../agent/read-config.js";

interface FilesAnswer {
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/**
 * The files that the agent has in force; where none answers, those that were in force last, as only root can read; none where there
 * never was an agent. Throws RF_ACCESS, RF_STATE, and what is wrong with the configuration.
 * @param config the agent's configuration, where it is named
 */
export async function filesInForce(config: string | undefined): Promise<readonly PolicyFile[]> {
  const read = readAgentConfig(config);
  try {
    const { files } = await askAgent<FilesAnswer>(read, "policy.files");
    return files.map(({ name, text }) => ({ file: name, bytes: Buffer.from(text) }));
  } catch (error) {
    if (!(error instanceof RingfenceError) || error.code !== "RF_AGENT_ABSENT") throw error;
    return new AgentState(read.spec.state).readGood();
  }
}
