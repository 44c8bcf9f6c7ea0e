import { PolicyErrors, type PolicyFile, parseProfiles, readPolicyFile } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import { compile } from "@ringfence/policy";
import type { Command } from "../commands/command.js";
import { printLine } from "../print-line.js";
import { writeOut } from "../write-out.js";
import { withoutFolders } from "./given-files.js";
import { noOptions } from "./no-options.js";
import { usageError, verbCommand } from "./verb.js";

/** What can be read, and what is wrong with the rest. */
function readAll(words: readonly string[]): { files: PolicyFile[]; errors: RingfenceError[] } {
  const files: PolicyFile[] = [];
  const errors: RingfenceError[] = [];
  for (const file of withoutFolders(words)) {
    try {
      files.push({ file, bytes: readPolicyFile(file) });
    } catch (error) {
      if (!(error instanceof RingfenceError)) throw error;
      errors.push(error);
    }
  }
  return { files, errors };
}

export const checkPolicy: Command = verbCommand({
  usage: "check FILE|FOLDER...",
  help: "Says whether files are right together, and prints what looks wrong in them. Asks no agent, and needs no root.",
  exit: "0 when they are right; 1 with --strict and a warning; 125 when one is wrong",
  specs: [{ name: "strict", help: "exit with 1 when there is a warning" }],
  async run(words, options) {
    if (words.length === 0) throw usageError("No file is given", "ringfence policy check FILE...");
    const { files, errors } = readAll(words);
    const read = await parseProfiles(files, { ...noOptions, policyFiles: words }).catch((error: unknown) => {
      throw error instanceof PolicyErrors ? new PolicyErrors([...errors, ...error.errors]) : error;
    });
    if (errors.length > 0) throw new PolicyErrors(errors);
    for (const warning of read.warnings) printLine(`warning: ${warning}`);
    const { bits, revision } = compile(read.profiles, { workloads: [] });
    writeOut(1, `ok: ${read.profiles.length} profiles, ${bits.length} rule bits, revision ${revision}\n`);
    return options.has("strict") && read.warnings.length > 0 ? 1 : 0;
  },
});
