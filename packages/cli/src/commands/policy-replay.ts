import { readProfiles } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import { Replay } from "@ringfence/policy/learn";
import { EXIT_DENIED } from "../exit-codes.js";
import { readObservations } from "../observe/observations.js";
import type { UnreadLines } from "../observe/read-records.js";
import { type OptionSpec, parseOptions, renderOptions } from "../option-table.js";
import { recordSpecs, toRecordOptions } from "../policy/record-options.js";
import { renderReplay } from "../policy/render-replay.js";
import { printLine } from "../print-line.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  ...recordSpecs,
  { name: "json", help: "print JSON" },
  { name: "help", help: "show this text" },
];

export const policyReplay: Command = {
  async main(args) {
    const { files, values } = split(args);
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    if (files.length === 0) {
      throw new RingfenceError("RF_USAGE", "No policy file is given", {
        hint: "ringfence policy replay FILE --since 24h",
      });
    }
    const { profiles, warnings } = await readProfiles({ ...noOptions, policyFiles: files });
    for (const warning of warnings) printLine(`warning: ${warning}`);
    const replay = new Replay(profiles);
    const unread: UnreadLines = { broken: 0, long: 0 };
    for (const observation of readObservations(toRecordOptions(values, Date.now()), unread)) {
      replay.add(observation);
    }
    const skipped = unread.broken + unread.long;
    if (skipped > 0) printLine(`warning: ${skipped} lines are no records of ringfence, and were skipped`);
    const result = replay.finish();
    writeOut(1, values.has("json") ? `${JSON.stringify(result, null, 2)}\n` : renderReplay(result));
    return result.totals.newlyDenied > 0 ? EXIT_DENIED : 0;
  },
};

/** What the command line of a run could add: here, files say everything. */
const noOptions = { allow: [], deny: [], default: null, allowFrom: [], listen: [], mode: null } as const;

/** Options may stand before, between and behind the files. */
function split(args: readonly string[]) {
  const files: string[] = [];
  const values = new Map<string, readonly string[]>();
  for (let left = args; ; left = left.slice(1)) {
    const parsed = parseOptions(left, specs, "policy replay");
    for (const [name, given] of parsed.values) values.set(name, [...(values.get(name) ?? []), ...given]);
    left = left.slice(parsed.rest);
    const [word] = left;
    if (word === undefined) return { files, values };
    files.push(word);
  }
}

function helpText(): string {
  return `Usage: ringfence policy replay FILE... [OPTIONS]

Asks the policy in FILE about what was recorded, and shows what it would have decided otherwise: newly
denied and newly allowed, grouped, each with the rule and an example for ringfence explain. Profiles and
rules in audit mode count as enforced. Changes nothing.

${renderOptions(specs)}

Exit status: 0 when nothing is newly denied; 3 when something is; 125 when ringfence failed.
`;
}
