import { historyFiles } from "@ringfence/agent";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import { readTime } from "../observe/time-span.js";
import type { OptionSpec, ParsedOptions } from "../option-table.js";

/** Which records a subcommand looks at. */
export const recordSpecs: readonly OptionSpec[] = [
  {
    name: "from",
    value: "FILE",
    repeatable: true,
    help: "this log of ringfence run, or file of events, instead of the agent's history",
  },
  {
    name: "since",
    value: "TIME",
    help: "leave out what is older: 24h, 7d, or a time (all with --from, else 24h)",
  },
  configOption,
];

export interface RecordOptions {
  readonly files: readonly string[];
  /** Those of them that the options name; the others are the history. */
  readonly named: readonly string[];
  readonly since: number | null;
}

/** The files and the time that the options name. Throws RF_USAGE, RF_HISTORY. */
export function toRecordOptions(values: ParsedOptions["values"], now: number): RecordOptions {
  const from = values.get("from") ?? [];
  const text = values.get("since")?.[0] ?? (from.length === 0 ? "24h" : null);
  const since = text === null ? null : readTime("since", text, now);
  return {
    since,
    named: from,
    files:
      from.length > 0 ? from : historyFiles(readAgentConfig(values.get("config")?.[0]).spec.state, since),
  };
}
