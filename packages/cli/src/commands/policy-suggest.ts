import { parseProfiles, readPolicyFiles } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import { filterSpecs, readFilterOptions } from "../observe/observe-options.js";
import { noneRead, tellSkipped } from "../observe/read-records.js";
import { whyNothing } from "../observe/why-nothing.js";
import { type OptionSpec, type ParsedOptions, parseOptions, renderOptions } from "../option-table.js";
import { noOptions } from "../policy/no-options.js";
import { filesInForce } from "../policy/policy-in-force.js";
import { recordSpecs, toRecordOptions } from "../policy/record-options.js";
import { profileOf, type RuleNames, type Suggested, suggestions } from "../policy/suggestions.js";
import { printLine } from "../print-line.js";
import { printable } from "../printable.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  ...recordSpecs,
  {
    name: "policy",
    value: "FILE",
    repeatable: true,
    help: "the policy that the rule goes into, whose names it does not take (with --from; else what is in force)",
  },
  ...filterSpecs.filter(({ name }) => name !== "type"),
  { name: "help", help: "show this text" },
];

export const policySuggest: Command = {
  async main(args) {
    const { values, rest } = parseOptions(args, specs, "policy suggest");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const [first = null, ...others] = args.slice(rest);
    const later = parseOptions(others, specs, "policy suggest");
    const stray = others[later.rest];
    if (stray !== undefined) {
      throw new RingfenceError("RF_USAGE", `Cannot use the argument "${stray}"`, { hint: "name one event" });
    }
    const all = new Map([...values, ...later.values]);
    const counts = noneRead();
    const taken = await ruleNames(all);
    const options = toRecordOptions(all, Date.now());
    const found = suggestions(options, readFilterOptions(all), first, taken, counts);
    tellSkipped(counts);
    if (found.length === 0) {
      const lookedAt = { ...options, config: all.get("config")?.[0] };
      printLine(
        `nothing to allow: ${await whyNothing(counts, lookedAt, "is a denial that passes the filter")}`,
      );
    }
    writeOut(1, found.map((one) => textOf(one, taken)).join("\n"));
    return found.some(({ suggestion }) => suggestion.kind === "rule") ? 0 : 1;
  },
};

/** Names that rules have in the policy at hand. A log of a run says nothing of its own. */
async function ruleNames(values: ParsedOptions["values"]): Promise<RuleNames> {
  const files = values.get("policy") ?? [];
  const isAsked = values.has("config") || !values.has("from");
  const others = files.length === 0 && isAsked ? await filesInForce(values.get("config")?.[0]) : [];
  const { profiles } = await parseProfiles(
    readPolicyFiles(files),
    { ...noOptions, policyFiles: files },
    others,
  );
  return new Map(
    profiles.map(({ name, egress, ingress }) => [
      name,
      new Set(
        [...(egress?.rules ?? []), ...(ingress?.rules ?? [])].map(({ id }) => id.slice(name.length + 1)),
      ),
    ]),
  );
}

function textOf({ what, rule, count, suggestion }: Suggested, taken: RuleNames): string {
  const times = count === 1 ? "once" : `${count} times`;
  const head = `# ${printable(what)}: denied ${times}${rule === null ? "" : ` by ${rule}`}\n`;
  if (suggestion.kind === "none") return `${head}# no rule helps: ${printable(suggestion.why)}\n`;
  const name = rule === null ? null : profileOf(rule);
  const profile = name === null ? "the profile" : `profile "${name}"`;
  const care = /:53( |$)/.test(what)
    ? "# a resolver that may be asked for any name carries data out: better allow the names\n"
    : "";
  const unknown =
    name === null || taken.has(name)
      ? ""
      : `# which names its rules have is not known: --policy FILE tells\n`;
  return `${head}${care}${unknown}# add to ${suggestion.place} of ${profile}:\n${suggestion.yaml}`;
}

function helpText(): string {
  return `Usage: ringfence policy suggest [EVENT] [OPTIONS]

Prints the smallest rule that would allow what was denied, or would be: for one event, as ringfence observe
--ids names it, or for each kind of denial among the records. A rule names the executable, the name or else
the address, and the port, and is tried against the policy language before it is printed: the event passes
with it, and what differs in one thing does not.

${renderOptions(specs)}

Exit status: 0 when there is a rule; 1 when there is none; 125 when ringfence failed.
`;
}
