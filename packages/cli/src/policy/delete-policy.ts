import type { ProfileChange } from "@ringfence/policy/diff";
import { askAgent } from "../agent/ask-agent.js";
import { readAgentConfig } from "../agent/read-config.js";
import type { Command } from "../commands/command.js";
import { writeOut } from "../write-out.js";
import { changeParams, changeSpecs, confirmNote } from "./change-options.js";
import { renderChanges } from "./render-changes.js";
import { onlyWord, verbCommand } from "./verb.js";

export const deletePolicy: Command = verbCommand({
  usage: "delete NAME",
  help: "Takes a profile out of force by removing its file, which must hold no other profile.",
  exit: "0; 125 when the agent refuses or does not answer",
  specs: changeSpecs,
  async run(words, options) {
    const name = onlyWord(words, "profile", "ringfence policy delete NAME");
    const params = changeParams(options);
    const config = readAgentConfig(options.get("config")?.[0]);
    const changes = await askAgent<readonly ProfileChange[]>(config, "policy.delete", { ...params, name });
    writeOut(1, renderChanges(changes) + confirmNote(params.confirmWithin, options.get("config")?.[0]));
    return 0;
  },
});
