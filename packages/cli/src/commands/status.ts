import type { AgentStatus } from "@ringfence/model";
import { RingfenceError } from "@ringfence/model";
import { askAgent } from "../agent/ask-agent.js";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import { renderStatus } from "../agent/render-status.js";
import { statusWithoutAgent } from "../agent/status-without-agent.js";
import { withConfig } from "../agent/with-config.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  configOption,
  { name: "json", help: "print JSON" },
  { name: "help", help: "show this text" },
];

export const status: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "status");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const config = values.get("config")?.[0];
    const found = await statusOf(config);
    const text = () => withConfig(renderStatus(found), config);
    writeOut(1, values.has("json") ? `${JSON.stringify(found, null, 2)}\n` : text());
    return found.covered ? 0 : 1;
  },
};

async function statusOf(configFile: string | undefined): Promise<AgentStatus> {
  const config = readAgentConfig(configFile);
  try {
    return await askAgent<AgentStatus>(config, "status");
  } catch (error) {
    const isGone =
      error instanceof RingfenceError && (error.code === "RF_AGENT_ABSENT" || error.code === "RF_AGENT_LOST");
    // Only root sees the pins.
    if (!isGone || process.geteuid?.() !== 0) throw error;
    return statusWithoutAgent(config);
  }
}

function helpText(): string {
  return `Usage: ringfence status [OPTIONS]

Says whether this host is covered: hooks, profiles with the processes that they cover, what was lost, what is wrong.
Root sees the hooks without an agent, too.

${renderOptions(specs)}

Exit status: 0 when it is covered; 1 when it is not; 125 when nobody can tell.
`;
}
