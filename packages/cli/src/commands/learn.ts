import { writeLearned } from "@ringfence/policy/learn";
import { readExisting } from "../learn/existing-profile.js";
import { learnProfile } from "../learn/learn.js";
import { learnOptionSpecs, toLearnCommand } from "../learn/learn-options.js";
import { writeProfile } from "../learn/write-profile.js";
import { tellSkipped } from "../observe/read-records.js";
import { parseOnlyOptions, renderOptions } from "../option-table.js";
import { printLine } from "../print-line.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

export const learn: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, learnOptionSpecs, "learn");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const command = toLearnCommand({ values }, Date.now());
    const existing = command.output === null ? null : readExisting(command.output);
    const { learned, counts } = await learnProfile(command, existing);
    for (const line of learned.leftOut) printLine(`warning: left out: ${line}`);
    tellSkipped(counts);
    if (command.output === null) writeOut(1, writeLearned(learned));
    else writeOut(1, writeProfile(command.output, existing, learned, command.diffOnly));
    return 0;
  },
};

function helpText(): string {
  return `Usage: ringfence learn [OPTIONS]

Writes a policy that allows what was seen and nothing else: one rule for each executable and port, with
names instead of addresses where the program had asked for them. Read it before you use it. Needs root
only to read what root wrote.

${renderOptions(learnOptionSpecs)}

Exit status: 0 when there is a policy; 125 when nothing was seen, or ringfence failed.
`;
}
