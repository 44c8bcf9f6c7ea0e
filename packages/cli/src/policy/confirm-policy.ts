import { askAgent } from "../agent/ask-agent.js";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import type { Command } from "../commands/command.js";
import { writeOut } from "../write-out.js";
import { noWords, verbCommand } from "./verb.js";

export const confirmPolicy: Command = verbCommand({
  usage: "confirm",
  help: "Keeps the change that apply or delete made with --confirm-within.",
  exit: "0; 125 when no change waits, or no agent answers",
  specs: [configOption],
  async run(words, options) {
    noWords(words);
    await askAgent(readAgentConfig(options.get("config")?.[0]), "policy.confirm");
    writeOut(1, "the change stays\n");
    return 0;
  },
});
