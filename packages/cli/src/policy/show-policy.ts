import { askAgent } from "../agent/ask-agent.js";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import type { Command } from "../commands/command.js";
import { writeOut } from "../write-out.js";
import { onlyWord, verbCommand } from "./verb.js";

export const showPolicy: Command = verbCommand({
  usage: "show NAME",
  help: "Prints a profile as it is in force, comments included.",
  exit: "0; 125 when the agent refuses or does not answer",
  specs: [configOption],
  async run(words, options) {
    const name = onlyWord(words, "profile", "ringfence policy show NAME");
    const config = readAgentConfig(options.get("config")?.[0]);
    const { text } = await askAgent<{ readonly text: string }>(config, "policy.show", { name });
    writeOut(1, text);
    return 0;
  },
});
