import { parseProfiles, readPolicyFiles } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import { Replay } from "@ringfence/policy/learn";
import { USUAL_CONFIG } from "../agent/read-config.js";
import { shellWord } from "../agent/with-config.js";
import { EXIT_DENIED } from "../exit-codes.js";
import { readObservations } from "../observe/observations.js";
import { noneRead, tellSkipped } from "../observe/read-records.js";
import { whyNothing } from "../observe/why-nothing.js";
import { type OptionSpec, parseOptions, renderOptions } from "../option-table.js";
import { noOptions } from "../policy/no-options.js";
import { filesInForce } from "../policy/policy-in-force.js";
import { recordSpecs, toRecordOptions } from "../policy/record-options.js";
import { renderReplay } from "../policy/render-replay.js";
import { printLine } from "../print-line.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  ...recordSpecs,
  { name: "alone", help: "FILE is the whole policy, and nothing that is in force counts" },
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
    const isAlone = values.has("alone") || (values.has("from") && !values.has("config"));
    const others = isAlone ? null : await filesInForce(values.get("config")?.[0]);
    const drafts = readPolicyFiles(files);
    const { profiles, warnings } = await parseProfiles(drafts, { ...noOptions, policyFiles: files }, others);
    for (const warning of warnings) printLine(`warning: ${warning}`);
    const replay = new Replay(profiles);
    const counts = noneRead();
    const options = toRecordOptions(values, Date.now());
    for (const observation of readObservations(options, counts)) {
      replay.add(observation);
    }
    tellSkipped(counts);
    const result = replay.finish();
    if (result.totals.verdicts === 0) {
      const lookedAt = { ...options, config: values.get("config")?.[0] };
      printLine(`nothing to judge: ${await whyNothing(counts, lookedAt, "is a verdict")}`);
    }
    const config = isAlone ? null : (values.get("config")?.[0] ?? USUAL_CONFIG);
    const text = () => renderReplay(result, explainCommand(files, config));
    writeOut(1, values.has("json") ? `${JSON.stringify(result, null, 2)}\n` : text());
    return result.totals.newlyDenied > 0 ? EXIT_DENIED : 0;
  },
};

/** What explains a row, but for the flow. */
function explainCommand(files: readonly string[], config: string | null): string {
  const policies = files.map((file) => `--policy ${shellWord(file)}`);
  const inForce = config === null ? [] : [`--config ${shellWord(config)}`];
  return ["ringfence explain", ...inForce, ...policies].join(" ");
}

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

Asks a draft about what was recorded, and shows what it would have decided otherwise: newly denied and newly
allowed, grouped, each with the rule and an example for ringfence explain. The draft is what is in force at the
agent, with FILE in place of the file of that name and of profiles of the same names, or beside them: what policy
apply would make of it. With --alone, or --from without --config, it is FILE and nothing else. Profiles and rules
in audit mode count as enforced. Changes nothing.

${renderOptions(specs)}

Exit status: 0 when nothing is newly denied; 3 when something is; 125 when ringfence failed.
`;
}
