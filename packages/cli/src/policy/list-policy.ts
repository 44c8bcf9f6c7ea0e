import type { ProfilesStatus } from "@ringfence/agent/profiles";
import { RingfenceError } from "@ringfence/model";
import { askAgent } from "../agent/ask-agent.js";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import { withConfig } from "../agent/with-config.js";
import type { Command } from "../commands/command.js";
import { printLine } from "../print-line.js";
import { renderTable } from "../run/render-table.js";
import { writeOut } from "../write-out.js";
import { noWords, verbCommand } from "./verb.js";

export const listPolicy: Command = verbCommand({
  usage: "list",
  help: "Shows the profiles in force and where they stand, and what is wrong in their folder.",
  exit: "0; 1 when something is wrong in the folder; 125 when the agent refuses or does not answer",
  specs: [configOption, { name: "json", help: "print JSON" }],
  async run(words, options) {
    noWords(words);
    const file = options.get("config")?.[0];
    const config = readAgentConfig(file);
    const status = await askAgent<ProfilesStatus>(config, "policy.list");
    if (options.has("json")) writeOut(1, `${JSON.stringify(status, null, 2)}\n`);
    else writeOut(1, renderProfiles(status));
    for (const { code, message, ...rest } of status.errors)
      printLine(withConfig(new RingfenceError(code, message, rest).format(), file));
    return status.errors.length === 0 ? 0 : 1;
  },
});

/** The profiles as a table. */
export function renderProfiles({
  profiles,
  generation,
  revision,
  confirmWithin,
  panic,
}: ProfilesStatus): string {
  const rows = profiles.map(({ name, mode, rules, location }) => [name, mode, String(rules), location.file]);
  const table = renderTable([["PROFILE", "MODE", "RULES", "FILE"], ...rows], new Set(["RULES"]));
  const notes = [
    `generation ${generation}, revision ${revision ?? "none"}`,
    ...(confirmWithin === null
      ? []
      : [`a change is taken back in ${confirmWithin} s unless it is confirmed`]),
    ...(panic === null ? [] : [`PANIC: everything is open since ${panic.since}, by ${panic.by}`]),
  ];
  return `${[...table, ...notes].join("\n")}\n`;
}
