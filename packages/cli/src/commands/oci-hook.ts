import { MOST_HOOK_SECONDS, RingfenceError } from "@ringfence/model";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import { awaitContainer } from "../oci-hook/await-container.js";
import { readContainerState } from "../oci-hook/container-state.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { printLine } from "../print-line.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const USUAL_SECONDS = 10;
const REFUSED = 1;

const specs: readonly OptionSpec[] = [
  configOption,
  { name: "timeout", value: "SECONDS", help: `wait for so long at most (${USUAL_SECONDS})` },
  { name: "require", help: "let the runtime start no container that is not under its policy" },
  { name: "help", help: "show this text" },
];

export const ociHook: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "oci-hook");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const seconds = secondsOf(values.get("timeout")?.[0]);
    try {
      const container = await readContainerState(seconds);
      await awaitContainer(readAgentConfig(values.get("config")?.[0]), container, seconds);
      return 0;
    } catch (error) {
      printLine(error instanceof RingfenceError ? error.format() : String(error));
      return values.has("require") ? REFUSED : 0;
    }
  },
};

function secondsOf(text = String(USUAL_SECONDS)): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= MOST_HOOK_SECONDS) return seconds;
  throw new RingfenceError("RF_USAGE", `Option "--timeout" cannot be "${text}"`, {
    hint: `write a number of seconds up to ${MOST_HOOK_SECONDS}`,
  });
}

function helpText(): string {
  return `Usage: ringfence oci-hook [OPTIONS]

For container runtimes, as a hook of the stage createRuntime: reads the state of a container on stdin, tells the agent of it,
and waits until the policy in force covers it. Then the container's first connection is judged as its profile says. Without
the hook it is refused until the agent has found out whose it is. Only root's runtimes are believed.

${renderOptions(specs)}

Exit status: 0 also when the time is over or no agent answers, with a line on stderr: the container starts, and its network
stays closed until it is covered. With --require: 1, and the runtime starts no such container. 125 for wrong options.
`;
}
