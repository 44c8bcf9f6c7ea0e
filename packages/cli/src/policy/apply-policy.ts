import type { ProfileChange } from "@ringfence/policy/diff";
import { askAgent } from "../agent/ask-agent.js";
import { readAgentConfig } from "../agent/read-config.js";
import type { Command } from "../commands/command.js";
import { writeOut } from "../write-out.js";
import { changeParams, changeSpecs, confirmNote } from "./change-options.js";
import { namedTexts, readGiven, withOwnPlaces } from "./given-files.js";
import { renderChanges } from "./render-changes.js";
import { usageError, verbCommand } from "./verb.js";

export const applyPolicy: Command = verbCommand({
  usage: "apply FILE|FOLDER...",
  help: "Has the agent check the files, write them into its folder under the same names, and put them in force: all at once, or\nnone. Of a FOLDER, its policy files; the agent's other files stay. Refused, with nothing changed, when one is\nwrong, and without --force when a connection would be cut by which this host is administered: those of SSH\nservers, and of this command's ancestors.",
  exit: "0 when all is in force; 125 when it is refused, or no agent answers",
  specs: changeSpecs,
  async run(words, options) {
    const params = changeParams(options);
    const config = readAgentConfig(options.get("config")?.[0]);
    if (words.length === 0) throw usageError("No file is given", "ringfence policy apply FILE...|FOLDER");
    const files = readGiven(words);
    const texts = namedTexts(files);
    const asked = askAgent<readonly ProfileChange[]>(config, "policy.apply", { ...params, files: texts });
    const changes = await withOwnPlaces(files, asked);
    writeOut(1, renderChanges(changes) + confirmNote(params.confirmWithin, options.get("config")?.[0]));
    return 0;
  },
});
