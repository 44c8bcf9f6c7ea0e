import { PolicyErrors, readPolicyFile } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import type { Imported } from "@ringfence/policy/import";
import { type OptionSpec, parseOptions, renderOptions } from "../option-table.js";
import { printLine } from "../print-line.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  { name: "strict", help: "exit with 1 when something is not carried, or means something else here" },
  { name: "help", help: "show this text" },
];

type Importer = (input: Uint8Array, file: string) => Imported;

const importers: Readonly<Record<string, () => Promise<Importer>>> = {
  bouheki: async () => (await import("@ringfence/policy/import")).importBouheki,
  nsp: async () => (await import("@ringfence/policy/import")).importNsp,
};

export const policyImport: Command = {
  async main(args) {
    const { words, options } = split(args);
    if (options.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const [tool, file, stray] = words;
    const load = tool !== undefined && Object.hasOwn(importers, tool) ? importers[tool] : undefined;
    if (load === undefined) {
      throw usage(
        tool === undefined ? "No format is given" : `Unknown format "${tool}"`,
        "write bouheki or nsp",
      );
    }
    if (file === undefined) throw usage("No file is given", `ringfence policy import ${tool} FILE`);
    if (stray !== undefined) throw usage(`Cannot use the argument "${stray}"`, "import one file at a time");
    return importFile(await load(), file, options.has("strict"));
  },
};

function importFile(importer: Importer, file: string, isStrict: boolean): number {
  const { text, warnings, errors } = importer(readPolicyFile(file), file);
  for (const warning of warnings) printLine(`warning: ${warning.format()}`);
  if (errors.length > 0) throw new PolicyErrors(errors);
  writeOut(1, text);
  return isStrict && warnings.length > 0 ? 1 : 0;
}

/** Options may stand before, between and behind the other words. */
function split(args: readonly string[]) {
  const words: string[] = [];
  const options = new Set<string>();
  for (let left = args; ; left = left.slice(1)) {
    const { values, rest } = parseOptions(left, specs, "policy import");
    for (const name of values.keys()) options.add(name);
    left = left.slice(rest);
    const [word] = left;
    if (word === undefined) return { words, options };
    words.push(word);
  }
}

function usage(message: string, hint = "see ringfence policy import --help"): RingfenceError {
  return new RingfenceError("RF_USAGE", message, { hint });
}

function helpText(): string {
  return `Usage: ringfence policy import FORMAT FILE [OPTIONS]

Turns another tool's configuration into SecurityProfiles with the same verdicts, and prints them with
a comment for each rule that says which lines it comes from. What cannot be carried is a warning on
stderr, at its place in FILE. Changes nothing, and needs no root.

Formats:
  bouheki  a configuration of bouheki: cidr, domain, command, uid, gid, target and mode of network
  nsp      SecurityProfiles of Network Security Probe

${renderOptions(specs)}

Exit status: 0 when there is a policy; 1 with --strict and a warning; 125 when FILE cannot be read or
is not in that format.
`;
}
