import { agentConfigOption, readConfig } from "../agent/read-config.js";
import { runAgent } from "../agent/run-agent.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { checkHost, requireRoot } from "../run/check-host.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [agentConfigOption, { name: "help", help: "show this text" }];

export const agent: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "agent");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    requireRoot("keep a host under policy", "run it with sudo, or as a service");
    checkHost();
    await runAgent(readConfig(values.get("config")?.[0]));
    return 0;
  },
};

function helpText(): string {
  return `Usage: ringfence agent [OPTIONS]

Keeps this host under policy: puts the profiles of a folder in force, follows the folder, tells what happens, and
answers the other commands on a socket. SIGHUP reads the folder again. SIGTERM ends the process; what is in force
stays in force until ringfence off. Tells a service manager that it is ready and alive (sd_notify).

${renderOptions(specs)}

Exit status: 0 when it was told to end; 125 when it could not start.
`;
}
