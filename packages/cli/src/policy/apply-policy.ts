import type { ProfileChange } from "@ringfence/policy/diff";
import { askAgent } from "../agent/ask-agent.js";
import { readAgentConfig } from "../agent/read-config.js";
import type { Command } from "../commands/command.js";
import { writeOut } from "../write-out.js";
import { changeParams, changeSpecs, confirmNote } from "./change-options.js";
import { readGiven, withOwnPlaces } from "./given-files.js";
import { renderChanges } from "./render-changes.js";
import { onlyWord, usageError, verbCommand } from "./verb.js";

export const applyPolicy: Command = verbCommand({
  usage: "apply FILE",
  help: "Has the agent check FILE, write it into its folder under the same name, and put it in force. Refused, with nothing\nchanged, when the file is wrong, and without --force when it would cut a connection by which this host is\nadministered: those of SSH servers, and of this command's ancestors.",
  exit: "0 when it is in force; 125 when it is refused, or no agent answers",
  specs: changeSpecs,
  async run(words, options) {
    const path = onlyWord(words, "file", "ringfence policy apply FILE");
    const params = changeParams(options);
    const config = readAgentConfig(options.get("config")?.[0]);
    const { files, isFolder } = readGiven(path);
    const [file] = files;
    if (isFolder || file === undefined)
      throw usageError(`Cannot apply the folder "${path}"`, "apply one file at a time");
    const asked = askAgent<readonly ProfileChange[]>(config, "policy.apply", { ...params, ...file });
    const changes = await withOwnPlaces(path, false, asked);
    writeOut(1, renderChanges(changes) + confirmNote(params.confirmWithin));
    return 0;
  },
});
