import { RingfenceError } from "@ringfence/model";
import { configOption } from "../agent/read-config.js";
import { readTime } from "../observe/time-span.js";
import type { OptionSpec, ParsedOptions } from "../option-table.js";

export const learnOptionSpecs: readonly OptionSpec[] = [
  {
    name: "from",
    value: "FILE",
    repeatable: true,
    help: "learn from this log of ringfence run, or file of events, instead of the agent's history",
  },
  {
    name: "subject",
    value: "KEY=VALUE",
    repeatable: true,
    help: "learn for these processes only, such as exe=/usr/bin/git or uid=1000; several must all hold. Needed without --from",
  },
  {
    name: "since",
    value: "TIME",
    help: "leave out what is older: 24h, 7d, or a time (all with --from, else 24h)",
  },
  { name: "for", value: "TIME", help: "the same as --since" },
  { name: "name", value: "NAME", help: "name of the profile (learned)" },
  {
    name: "wildcard",
    value: "NAME",
    repeatable: true,
    help: "write *.example.com for the names below it that were seen; without it, each name stands for itself",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    help: "write the profile there; one that exists is merged with, and the difference printed",
  },
  { name: "diff", help: "print what would change in the file of --output, and write nothing" },
  configOption,
  { name: "help", help: "show this text" },
];

export interface LearnCommand {
  readonly files: readonly string[];
  readonly subject: readonly string[];
  readonly since: number | null;
  readonly name: string;
  readonly wildcards: readonly string[];
  readonly output: string | null;
  readonly diffOnly: boolean;
  /** The agent's configuration, where it is named. */
  readonly config: string | undefined;
}

/** The options by meaning. Throws RF_USAGE for those that do not go together. */
export function toLearnCommand({ values }: Pick<ParsedOptions, "values">, now: number): LearnCommand {
  const all = (name: string) => values.get(name) ?? [];
  const one = (name: string) => all(name)[0];
  const [files, subject, output] = [all("from"), all("subject"), one("output") ?? null];
  if (files.length === 0 && subject.length === 0) {
    throw usage(
      "No subject is given",
      "add --subject exe=/usr/bin/git, or --from FILE to learn from one run",
    );
  }
  if (one("since") !== undefined && one("for") !== undefined) {
    throw usage('"--since" and "--for" are the same', "leave out one of them");
  }
  if (values.has("diff") && output === null) {
    throw usage("There is nothing to compare with", "add --output FILE");
  }
  const since = one("since") ?? one("for") ?? (files.length === 0 ? "24h" : null);
  return {
    files,
    subject,
    since: since === null ? null : readTime(one("for") === undefined ? "since" : "for", since, now),
    name: one("name") ?? "learned",
    wildcards: all("wildcard"),
    output,
    diffOnly: values.has("diff"),
    config: one("config"),
  };
}

function usage(message: string, hint: string): RingfenceError {
  return new RingfenceError("RF_USAGE", message, { hint });
}
