import { parseProfiles, readPolicyFiles } from "@ringfence/agent/policy";
import { compile } from "@ringfence/policy";
import type { Command } from "../commands/command.js";
import { printLine } from "../print-line.js";
import { writeOut } from "../write-out.js";
import { usageError, verbCommand } from "./verb.js";

export const checkPolicy: Command = verbCommand({
  usage: "check FILE...",
  help: "Says whether files are right together, and prints what looks wrong in them. Asks no agent, and needs no root.",
  exit: "0 when they are right; 1 with --strict and a warning; 125 when one is wrong",
  specs: [{ name: "strict", help: "exit with 1 when there is a warning" }],
  async run(words, options) {
    if (words.length === 0) throw usageError("No file is given", "ringfence policy check FILE...");
    const nothing = { allow: [], deny: [], default: null, allowFrom: [], listen: [], mode: null };
    const read = await parseProfiles(readPolicyFiles(words), { ...nothing, policyFiles: words });
    for (const warning of read.warnings) printLine(`warning: ${warning}`);
    const { bits, revision } = compile(read.profiles, { workloads: [] });
    writeOut(1, `ok: ${read.profiles.length} profiles, ${bits.length} rule bits, revision ${revision}\n`);
    return options.has("strict") && read.warnings.length > 0 ? 1 : 0;
  },
});
