import type { ProfileChange } from "@ringfence/policy/diff";
import { askAgent } from "../agent/ask-agent.js";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import type { Command } from "../commands/command.js";
import { writeOut } from "../write-out.js";
import { isFolder, namedTexts, readGiven, withOwnPlaces } from "./given-files.js";
import { renderChanges } from "./render-changes.js";
import { usageError, verbCommand } from "./verb.js";

export const diffPolicy: Command = verbCommand({
  usage: "diff FILE...|FOLDER",
  help: "Shows what would change if the files were applied, or if the profiles were those of FOLDER: profile by profile, rule\nby rule. Changes nothing.",
  exit: "0 when nothing would change; 1 when something would; 125 when a file is wrong, or no agent answers",
  specs: [configOption, { name: "json", help: "print JSON" }],
  async run(words, options) {
    const [path, ...others] = words;
    if (path === undefined) throw usageError("No file is given", "ringfence policy diff FILE...|FOLDER");
    const config = readAgentConfig(options.get("config")?.[0]);
    const whole = others.length === 0 && isFolder(path);
    const files = readGiven(words);
    const asked = askAgent<readonly ProfileChange[]>(config, "policy.diff", {
      files: namedTexts(files),
      whole,
    });
    const changes = await withOwnPlaces(files, asked);
    writeOut(1, options.has("json") ? `${JSON.stringify(changes, null, 2)}\n` : renderChanges(changes));
    return changes.length === 0 ? 0 : 1;
  },
});
