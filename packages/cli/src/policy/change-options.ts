import { configOption } from "../agent/read-config.js";
import { withConfig } from "../agent/with-config.js";
import type { OptionSpec, ParsedOptions } from "../option-table.js";
import { usageError } from "./verb.js";

/** Options of the verbs that change the policy. */
export const changeSpecs: readonly OptionSpec[] = [
  configOption,
  {
    name: "confirm-within",
    value: "TIME",
    help: "take the change back after TIME (60s, 5m) unless ringfence policy confirm follows",
  },
  { name: "force", help: "also if it cuts the connection of somebody who administers this host" },
];

const secondsOf = { s: 1, m: 60, h: 3600 } as const;

/** What they say, as the agent is asked. Throws RF_USAGE. */
export function changeParams(options: ParsedOptions["values"]) {
  const text = options.get("confirm-within")?.[0];
  return { force: options.has("force"), confirmWithin: text === undefined ? null : seconds(text) };
}

function seconds(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,5})([smh]?)$/.exec(text) ?? [];
  const value = Number(number) * (secondsOf[unit as keyof typeof secondsOf] ?? 1);
  if (value > 0 && value <= 86_400) return value;
  throw usageError(
    `Option "--confirm-within" cannot be "${text}"`,
    "write a time up to 24h, such as 60s or 5m",
  );
}

/** What to do next, when it is taken back otherwise. */
export function confirmNote(confirmWithin: number | null, config: string | undefined): string {
  if (confirmWithin === null) return "";
  const text = `this is taken back in ${confirmWithin} s unless you say: ringfence policy confirm\n`;
  return withConfig(text, config);
}
