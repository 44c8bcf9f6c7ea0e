import { RingfenceError } from "@ringfence/model";

/** One option of a command, for parsing and for its help. */
export interface OptionSpec {
  readonly name: string;
  /** One letter that stands for the name behind a single dash. */
  readonly short?: string;
  /** Placeholder of its value in the help; absent for a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  readonly help: string;
}

export interface ParsedOptions {
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Index in the given arguments of the first that is no option, after a "--" if there is one. */
  readonly rest: number;
}

/** Reads options up to "--" or the first argument that is none. Throws RF_USAGE. */
export function parseOptions(
  args: readonly string[],
  specs: readonly OptionSpec[],
  command: string,
): ParsedOptions {
  const values = new Map<string, string[]>();
  let index = 0;
  for (; index < args.length; index++) {
    const word = args[index] ?? "";
    if (word === "--") return { values, rest: index + 1 };
    if (!word.startsWith("-") || word === "-") break;
    const [name = "", inline] = splitOnce(word);
    const spec = specs.find(
      (candidate) => `--${candidate.name}` === name || `-${candidate.short ?? "-"}` === name,
    );
    if (spec === undefined) throw usage(command, `Unknown option "${name}"`, nearest(name, specs));
    if (spec.value === undefined && inline !== undefined)
      throw usage(command, `Option "${name}" takes no value`);
    const value = spec.value === undefined ? "" : (inline ?? valueIn(args[++index]));
    if (value === undefined) throw usage(command, `Option "${name}" needs a value: ${name} ${spec.value}`);
    if (spec.choices?.includes(value) === false) {
      throw usage(command, `Option "${name}" cannot be "${value}": write ${spec.choices.join(", ")}`);
    }
    const given = values.get(spec.name) ?? [];
    if (given.length > 0 && !spec.repeatable) throw usage(command, `Option "${name}" is given twice`);
    values.set(spec.name, [...given, value]);
  }
  return { values, rest: index };
}

/** Reads the options of a command that takes nothing else. Throws RF_USAGE. */
export function parseOnlyOptions(
  args: readonly string[],
  specs: readonly OptionSpec[],
  command: string,
): ParsedOptions["values"] {
  const { values, rest } = parseOptions(args, specs, command);
  if (rest < args.length) throw usage(command, `Cannot use the argument "${args[rest]}"`);
  return values;
}

/** The options as help shows them. */
export function renderOptions(specs: readonly OptionSpec[]): string {
  const heads = specs.map(
    ({ name, short, value, choices }) =>
      `${short === undefined ? "" : `-${short}, `}--${name}${value ? ` ${choices?.join("|") ?? value}` : ""}`,
  );
  const width = Math.min(30, Math.max(...heads.map((head) => head.length)));
  return specs
    .map((spec, index) => {
      const head = heads[index] ?? "";
      const text = wrap(spec.help, 76 - width).join(`\n${" ".repeat(width + 4)}`);
      return head.length > width
        ? `  ${head}\n${" ".repeat(width + 4)}${text}`
        : `  ${head.padEnd(width)}  ${text}`;
    })
    .join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A "--" is where the command starts; who means it as a value writes --option=-- */
function valueIn(word: string | undefined): string | undefined {
  return word === "--" ? undefined : word;
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.indexOf("=");
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function usage(command: string, message: string, hint = `see ringfence ${command} --help`): RingfenceError {
  return new RingfenceError("RF_USAGE", message, { hint });
}

function nearest(name: string, specs: readonly OptionSpec[]): string | undefined {
  const found = specs.find((spec) => `--${spec.name}`.startsWith(name) || name.startsWith(`--${spec.name}`));
  return found === undefined ? undefined : `did you mean --${found.name}`;
}
