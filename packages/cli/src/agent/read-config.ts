import { existsSync, readFileSync } from "node:fs";
import { PolicyErrors } from "@ringfence/agent/policy";
import { type AgentConfig, RingfenceError } from "@ringfence/model";
import { parseAgentConfig } from "@ringfence/policy/config";
import type { OptionSpec } from "../option-table.js";

/** Where the agent's configuration is unless another is named. */
export const USUAL_CONFIG = "/etc/ringfence/ringfence.yaml";
const defaults = "apiVersion: ringfence.dev/v1alpha1\nkind: AgentConfig\n";

/** The option of every command that asks the agent. */
export const configOption: OptionSpec = {
  name: "config",
  value: "FILE",
  help: `the agent's configuration (${USUAL_CONFIG}; defaults where that does not exist)`,
};

/** The option of the agent itself, which starts on no host that has no configuration. */
export const agentConfigOption: OptionSpec = {
  ...configOption,
  help: `the agent's configuration (${USUAL_CONFIG})`,
};

/** Reads a configuration; without a name the usual one, or the defaults. Throws PolicyErrors and RF_CONFIG_FILE. */
export function readAgentConfig(name: string | undefined): AgentConfig {
  return name === undefined && !existsSync(USUAL_CONFIG) ? parse(defaults, USUAL_CONFIG) : readConfig(name);
}

/** The same, and there must be one. */
export function readConfig(name = USUAL_CONFIG): AgentConfig {
  return parse(readBytes(name), name);
}

function parse(input: string | Uint8Array, file: string): AgentConfig {
  const { config, errors } = parseAgentConfig(input, file);
  if (config === null) throw new PolicyErrors(errors);
  return config;
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const message = `Cannot read the configuration "${file}": ${(cause as Error).message}`;
    throw new RingfenceError("RF_CONFIG_FILE", message, { hint: "name it with --config", cause });
  }
}
