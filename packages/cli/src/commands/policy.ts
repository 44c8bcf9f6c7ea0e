import { RingfenceError } from "@ringfence/model";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

/** Subcommands, each in a file of its own. */
const subcommands: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  check: {
    summary: "say whether policy files are right together",
    load: async () => (await import("../policy/check-policy.js")).checkPolicy,
  },
  list: {
    summary: "show the profiles in force, and what is wrong in their folder",
    load: async () => (await import("../policy/list-policy.js")).listPolicy,
  },
  show: {
    summary: "print a profile as it is in force",
    load: async () => (await import("../policy/show-policy.js")).showPolicy,
  },
  diff: {
    summary: "show what a file or a folder would change",
    load: async () => (await import("../policy/diff-policy.js")).diffPolicy,
  },
  apply: {
    summary: "put the profiles of a file in force",
    load: async () => (await import("../policy/apply-policy.js")).applyPolicy,
  },
  confirm: {
    summary: "keep the change that waits to be confirmed",
    load: async () => (await import("../policy/confirm-policy.js")).confirmPolicy,
  },
  delete: {
    summary: "take a profile out of force",
    load: async () => (await import("../policy/delete-policy.js")).deletePolicy,
  },
  import: {
    summary: "turn another tool's configuration into a policy",
    load: async () => (await import("./policy-import.js")).policyImport,
  },
  replay: {
    summary: "show what a draft would have decided otherwise",
    load: async () => (await import("./policy-replay.js")).policyReplay,
  },
  suggest: {
    summary: "print the smallest rule that would allow what was denied",
    load: async () => (await import("./policy-suggest.js")).policySuggest,
  },
};

export const policy: Command = {
  async main(args) {
    const [name, ...rest] = withNameFirst(args);
    if (name === undefined || name === "--help") {
      if (name === undefined) throw usage("No subcommand is given");
      writeOut(1, helpText());
      return 0;
    }
    const found = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
    if (found === undefined) throw usage(`Unknown subcommand "${name}"`);
    return (await found.load()).main(rest);
  },
};

/** Options may stand before the subcommand, too. */
function withNameFirst(args: readonly string[]): readonly string[] {
  const at = args.findIndex((word) => Object.hasOwn(subcommands, word));
  return at < 0 ? args : [args[at] ?? "", ...args.slice(0, at), ...args.slice(at + 1)];
}

function usage(message: string): RingfenceError {
  return new RingfenceError("RF_USAGE", message, { hint: "see ringfence policy --help" });
}

function helpText(): string {
  const lines = Object.entries(subcommands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return `Usage: ringfence policy SUBCOMMAND [OPTIONS]

${lines.join("\n")}

  ringfence policy SUBCOMMAND --help   what it takes
`;
}
