import { ControlClient } from "@ringfence/agent/control";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  { name: "release", help: "let everybody in again who was cut off after an alert; root only" },
  configOption,
  { name: "help", help: "show this text" },
];

interface State {
  readonly alerts: number;
  readonly suppressed: number;
  readonly forgotten: Readonly<Record<string, number>>;
  readonly shutOut: { readonly processes: number; readonly addresses: number };
}

export const attacks: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "attacks");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    using client = await ControlClient.connect(readAgentConfig(values.get("config")?.[0]).spec.socket.path);
    if (values.has("release")) {
      const { released } = (await client.request("attacks.release")) as { readonly released: number };
      writeOut(1, `released: ${released}\n`);
    }
    writeOut(1, stateText((await client.request("attacks.state")) as State));
    return 0;
  },
};

function stateText({ alerts, suppressed, forgotten, shutOut }: State): string {
  const lost = Object.entries(forgotten).map(([detector, count]) => `${detector} ${count}`);
  return `alerts:      ${alerts}, ${suppressed} more that repeated them
cut off:     ${shutOut.processes} processes, ${shutOut.addresses} addresses
forgotten:   ${lost.length === 0 ? "nothing" : lost.join(", ")}
`;
}

function helpText(): string {
  return `Usage: ringfence attacks [OPTIONS]

Says what the agent's detectors have found, and lets those in again who were cut off for it. The alerts themselves are events:
ringfence observe --type alert.

${renderOptions(specs)}

Exit status: 0; 125 when the agent cannot be reached or refuses.
`;
}
