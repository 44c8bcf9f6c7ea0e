import { askOrEnd, hasEnded, openByHand } from "../agent/break-glass.js";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import { record } from "../agent/record.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { printLine } from "../print-line.js";
import { requireRoot } from "../run/check-host.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [configOption, { name: "help", help: "show this text" }];

export const off: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "off");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    requireRoot("detach hooks", "run it with sudo");
    const config = readAgentConfig(values.get("config")?.[0]);
    const agent = await askOrEnd<{ readonly pid: number }>(config, "off", printLine);
    if (agent !== null) await hasEnded(agent.pid);
    const hooks = openByHand(config);
    record(config, "off", printLine);
    const who = agent === null ? "no agent ran" : "the agent has ended";
    printLine(
      `off: ${who}, ${hooks} pinned hooks were left and are detached; nothing is enforced on this host`,
    );
    return 0;
  },
};

function helpText(): string {
  return `Usage: ringfence off [OPTIONS]

Takes Ringfence off this host: the agent ends, all hooks are detached, all pins removed. Works without an agent, and with
one that hangs. Start the agent to be covered again; the profiles stay where they are.

${renderOptions(specs)}

Exit status: 0 when nothing is left; 125 when something is.
`;
}
