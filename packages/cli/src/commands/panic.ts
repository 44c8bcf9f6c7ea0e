import { AgentState } from "@ringfence/agent/profiles";
import type { AgentConfig } from "@ringfence/model";
import { askOrEnd, openByHand } from "../agent/break-glass.js";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import { record } from "../agent/record.js";
import { withConfig } from "../agent/with-config.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { printLine } from "../print-line.js";
import { requireRoot } from "../run/check-host.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  configOption,
  { name: "end", help: "put the profiles in force again" },
  { name: "help", help: "show this text" },
];

export const panic: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "panic");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    requireRoot("open everything", "run it with sudo");
    const file = values.get("config")?.[0];
    const config = readAgentConfig(file);
    if (values.has("end")) {
      await close(config);
      return 0;
    }
    await open(config);
    printLine(withConfig("PANIC: everything is open. Close it with: ringfence panic --end", file));
    return 0;
  },
};

async function open(config: AgentConfig): Promise<void> {
  const answer = await askOrEnd<object>(config, "panic", printLine);
  if (answer === null) {
    // The mark first: a service manager may start the agent at any moment.
    keepMark(() =>
      new AgentState(config.spec.state).writePanic({ since: new Date().toISOString(), by: "root" }),
    );
    const hooks = openByHand(config);
    record(config, "panic", printLine);
    printLine(`PANIC: no agent answers; ${hooks} hooks are detached`);
  }
}

async function close(config: AgentConfig): Promise<void> {
  const answer = await askOrEnd<object>(config, "on", printLine);
  if (answer !== null) return printLine("the profiles are in force again");
  new AgentState(config.spec.state).removePanic();
  record(config, "panic-end", printLine);
  printLine(
    "no agent answers: the profiles come into force when it is started (systemctl start ringfence-agent)",
  );
}

/** Everything is opened whatever becomes of the mark. */
function keepMark(write: () => void): void {
  try {
    write();
  } catch (error) {
    printLine(
      `an agent that is started now closes everything again: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function helpText(): string {
  return `Usage: ringfence panic [OPTIONS]

Breaks the glass: everything is open at once, on every flow, until panic --end, and the profiles stay where they are. With an
agent, hooks and events go on, and nothing is refused; without one, or with one that hangs, the hooks are detached, and an
agent that is started later refuses nothing either.

${renderOptions(specs)}

Exit status: 0 when it is done; 125 when it is not.
`;
}
