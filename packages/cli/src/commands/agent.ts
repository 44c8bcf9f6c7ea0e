import { readFileSync } from "node:fs";
import { RingfenceError } from "@ringfence/model";
import { parseAgentConfig } from "@ringfence/policy/config";
import { runAgent } from "../agent/run-agent.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { checkHost } from "../run/check-host.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const USUAL_CONFIG = "/etc/ringfence/ringfence.yaml";

const specs: readonly OptionSpec[] = [
  { name: "config", value: "FILE", help: `the agent's configuration; without it ${USUAL_CONFIG}` },
  { name: "help", help: "show this text" },
];

export const agent: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "agent");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    checkHost();
    await runAgent(readConfig(values.get("config")?.[0] ?? USUAL_CONFIG));
    return 0;
  },
};

function readConfig(file: string) {
  const { config, errors } = parseAgentConfig(readBytes(file), file);
  if (config === null) throw Object.assign(new Error(`Cannot use "${file}"`), { errors });
  return config;
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new RingfenceError(
      "RF_CONFIG",
      `Cannot read the configuration "${file}": ${(cause as Error).message}`,
      {
        hint: "Name it with --config",
        cause,
      },
    );
  }
}

function helpText(): string {
  return `Usage: ringfence agent [OPTIONS]

Keeps this host under policy: loads the profiles of a folder into the kernel, and tells what happens.
SIGTERM ends the process; what is in force stays in force until ringfence off.

${renderOptions(specs)}

Exit status: 0 when it was told to end; 125 when it could not start.
`;
}
