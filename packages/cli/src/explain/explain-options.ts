import type { PolicyOptions } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import { configOption, USUAL_CONFIG } from "../agent/read-config.js";
import type { OptionSpec, ParsedOptions } from "../option-table.js";
import { policyOptionSpecs, toPolicyOptions } from "../run/run-options.js";

export const explainOptionSpecs: readonly OptionSpec[] = [
  ...policyOptionSpecs,
  {
    ...configOption,
    help: `ask the policy that this agent has in force, with --policy and the others changed by them; without any policy, that of ${USUAL_CONFIG}`,
  },
  {
    name: "flow",
    value: "WORDS",
    help: "the flow, such as 'exe=/usr/bin/curl uid=1000 tcp 10.0.0.1:443'",
  },
  {
    name: "pid",
    value: "PID",
    help: "take the facts of this process from /proc; --flow says where it goes, and replaces what it names",
  },
  { name: "report", value: "FILE", help: "take the flow from this JSON report of ringfence run" },
  { name: "row", value: "N", help: "row of the report, from 1" },
  { name: "json", help: "print JSON" },
  { name: "help", help: "show this text" },
];

/** Where the facts come from. */
export type FlowSource =
  | { readonly kind: "flow"; readonly line: string }
  | { readonly kind: "process"; readonly pid: number; readonly line: string }
  | { readonly kind: "report"; readonly file: string; readonly row: number };

export interface ExplainOptions extends PolicyOptions {
  readonly source: FlowSource;
  /** Whether what an agent has in force is asked, too. */
  readonly isInForce: boolean;
  /** The agent's configuration, where it is named. */
  readonly config: string | undefined;
}

/** The options by meaning. Throws RF_USAGE for those that do not go together. */
export function toExplainOptions({ values }: ParsedOptions): ExplainOptions {
  const policy = toPolicyOptions(values);
  const { allow, deny, allowFrom, listen, policyFiles } = policy;
  const texts = [allow, deny, allowFrom, listen, policyFiles];
  const isGiven = texts.some((given) => given.length > 0) || policy.default !== null;
  const config = values.get("config")?.[0];
  return { ...policy, source: sourceOf(values), isInForce: !isGiven || config !== undefined, config };
}

function sourceOf(values: ParsedOptions["values"]): FlowSource {
  const one = (name: string) => values.get(name)?.[0];
  const [line, pid, file, row] = [one("flow"), one("pid"), one("report"), one("row")];
  if (file !== undefined) {
    if (line !== undefined || pid !== undefined) {
      throw usage("A report has the flow and its process", "leave out --flow and --pid, or --report");
    }
    if (row === undefined) throw usage("No row of the report is given", "add --row N, from 1");
    return { kind: "report", file, row: wholeNumber("row", row) };
  }
  if (row !== undefined) throw usage("A row is given without its report", "add --report FILE");
  if (line === undefined) {
    const hint = "add --flow 'exe=/usr/bin/curl uid=1000 tcp 10.0.0.1:443', or --report FILE --row N";
    throw usage(pid === undefined ? "No flow is given" : "Where the process goes is not given", hint);
  }
  return pid === undefined ? { kind: "flow", line } : { kind: "process", pid: wholeNumber("pid", pid), line };
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9][0-9]{0,9}$/.test(text)) return Number(text);
  throw usage(`Option "--${name}" cannot be "${text}"`, "write a whole number from 1");
}

function usage(message: string, hint: string): RingfenceError {
  return new RingfenceError("RF_USAGE", message, { hint });
}
