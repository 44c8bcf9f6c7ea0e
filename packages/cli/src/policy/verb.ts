import { RingfenceError } from "@ringfence/model";
import type { Command } from "../commands/command.js";
import { type OptionSpec, type ParsedOptions, parseOptions, renderOptions } from "../option-table.js";
import { writeOut } from "../write-out.js";

/** What follows `ringfence policy`. */
export interface Verb {
  /** Its words, as the help shows them. */
  readonly usage: string;
  /** What it does, in lines of at most 110 characters. */
  readonly help: string;
  readonly exit: string;
  readonly specs: readonly OptionSpec[];
  /** Gets the words after it; returns the exit status. */
  run(words: readonly string[], options: ParsedOptions["values"]): Promise<number>;
}

/** A verb as a command: its options may stand before, between and behind its words. */
export function verbCommand(verb: Verb): Command {
  const specs = [...verb.specs, { name: "help", help: "show this text" }];
  return {
    async main(args) {
      const { words, options } = split(args, specs, `policy ${verb.usage.split(" ")[0]}`);
      if (!options.has("help")) return verb.run(words, options);
      const { usage, help, exit } = verb;
      const text = `Usage: ringfence policy ${usage} [OPTIONS]\n\n${help}\n\n${renderOptions(specs)}\n\nExit status: ${exit}.\n`;
      writeOut(1, text);
      return 0;
    },
  };
}

function split(args: readonly string[], specs: readonly OptionSpec[], command: string) {
  const words: string[] = [];
  const options = new Map<string, readonly string[]>();
  for (let left = args; ; left = left.slice(1)) {
    const { values, rest } = parseOptions(left, specs, command);
    for (const [name, given] of values) options.set(name, given);
    left = left.slice(rest);
    const [word] = left;
    if (word === undefined) return { words, options };
    words.push(word);
  }
}

/** An error in how the command was called. */
export function usageError(message: string, hint = "see ringfence policy --help"): RingfenceError {
  return new RingfenceError("RF_USAGE", message, { hint });
}

/** The one word that a verb takes. */
export function onlyWord(words: readonly string[], what: string, hint: string): string {
  const [word, stray] = words;
  if (word === undefined) throw usageError(`No ${what} is given`, hint);
  if (stray !== undefined) throw usageError(`Cannot use the argument "${stray}"`, hint);
  return word;
}

/** For a verb that takes none. */
export function noWords([stray]: readonly string[]): void {
  if (stray !== undefined) throw usageError(`Cannot use the argument "${stray}"`);
}
