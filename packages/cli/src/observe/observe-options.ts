import {
  type EventFilter,
  type EventType,
  eventTypes,
  type ReportOutcome,
  RingfenceError,
} from "@ringfence/model";
import { configOption } from "../agent/read-config.js";
import type { OptionSpec, ParsedOptions } from "../option-table.js";
import { readTime } from "./time-span.js";

const outcomes: readonly ReportOutcome[] = ["denied", "would-deny", "would-allow", "allowed"];

export const filterSpecs: readonly OptionSpec[] = [
  {
    name: "process",
    value: "TEXT",
    help: "a process id, a task name, or an executable's path or last component; * stands for any characters",
  },
  { name: "to", value: "TEXT", help: "an address, a CIDR, :PORT, or a name; * stands for any characters" },
  { name: "verdict", value: "VERDICT", choices: outcomes, repeatable: true, help: "these verdicts" },
  { name: "profile", value: "NAME", help: "what rules of this profile decided, or would" },
  { name: "type", value: "TYPE", choices: eventTypes, repeatable: true, help: "these kinds of events" },
];

export const observeOptionSpecs: readonly OptionSpec[] = [
  { name: "follow", short: "f", help: "go on with what happens from now, until interrupted; asks the agent" },
  ...filterSpecs,
  { name: "since", value: "TIME", help: "from then on: 30m, 24h, 7d ago, or a time (all; with -f from now)" },
  { name: "until", value: "TIME", help: "up to then" },
  { name: "json", help: "print the events as lines of JSON" },
  { name: "ids", help: "begin each row with what ringfence policy suggest calls the event" },
  {
    name: "from",
    value: "FILE",
    repeatable: true,
    help: "read this log or file of events instead of the history",
  },
  configOption,
  { name: "help", help: "show this text" },
];

export interface ObserveCommand {
  readonly follow: boolean;
  readonly filter: EventFilter;
  readonly since: number | null;
  readonly until: number | null;
  readonly json: boolean;
  readonly ids: boolean;
  readonly files: readonly string[];
  /** The agent's configuration, where it is named. */
  readonly config: string | undefined;
}

/** The options by meaning. Throws RF_USAGE. */
export function toObserveCommand(values: ParsedOptions["values"], now: number): ObserveCommand {
  const one = (name: string) => values.get(name)?.[0];
  const time = (name: string) => {
    const text = one(name);
    return text === undefined ? null : readTime(name, text, now);
  };
  const files = values.get("from") ?? [];
  const follow = values.has("follow");
  if (follow && (files.length > 0 || one("until") !== undefined)) {
    throw new RingfenceError("RF_USAGE", 'Option "--follow" is for what happens from now on', {
      hint: "leave out --from and --until, or --follow",
    });
  }
  return {
    follow,
    filter: readFilterOptions(values),
    since: time("since"),
    until: time("until"),
    json: values.has("json"),
    ids: values.has("ids"),
    files,
    config: one("config"),
  };
}

/** What the options of `filterSpecs` say. */
export function readFilterOptions(values: ParsedOptions["values"]): EventFilter {
  const one = (name: string) => values.get(name)?.[0];
  const [process, to, profile] = [one("process"), one("to"), one("profile")];
  const verdicts = values.get("verdict") as readonly ReportOutcome[] | undefined;
  const types = values.get("type") as readonly EventType[] | undefined;
  return {
    ...(process === undefined ? {} : { process }),
    ...(to === undefined ? {} : { to }),
    ...(profile === undefined ? {} : { profile }),
    ...(verdicts === undefined ? {} : { verdicts }),
    ...(types === undefined ? {} : { types }),
  };
}
