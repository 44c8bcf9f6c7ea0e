import assert from "node:assert/strict";
import type { Report, ReportOutcome } from "@ringfence/model";
import { sockaddr } from "@ringfence/probe";
import type { Attempt } from "../probe/attempt.js";
import { type FencedRun, type FenceOptions, fence } from "./fence.js";
import { probeCommand, readResults } from "./probe.js";

/**
 * What is expected, by attempt: "denied PROFILE/RULE", "allowed PROFILE/RULE", "would-deny ..."; "-" stands for no
 * rule, and a rule of the command line for its option. An attempt is written as in "tcp 127.0.0.1 80", "udp ::1 53", "uid 1000"; what follows "#" tells
 * apart attempts that are the same. Anything but an outcome is the expected result itself, such as "ok".
 */
export type Expectations = Readonly<Record<string, string>>;

export interface JudgeOptions extends FenceOptions {
  /** words before the probe, such as a shell that runs it as its child */
  readonly wrapper?: readonly string[];
}

/** Makes the attempts inside; fails unless each had the expected outcome, for the program and in the report. */
export async function judge(expected: Expectations, options: JudgeOptions = {}): Promise<FencedRun> {
  const attempts = Object.keys(expected).map(readAttempt);
  const run = await fence([...(options.wrapper ?? []), ...probeCommand(attempts)], options);
  const { results } = readResults(run.stdout);
  const seen = attempts.map((attempt) => {
    const wanted = expected[attempt.name] ?? "";
    return [attempt.name, describe(attempt, wanted, results[attempt.name] ?? "no result", run.report)];
  });
  assert.deepEqual(Object.fromEntries(seen), expected, run.stderr);
  return run;
}

/** The attempt that a line of text stands for. */
export function readAttempt(name: string): Attempt {
  const [op = "", first = "", second = ""] = (name.split(" #")[0] ?? "").split(" ");
  switch (op) {
    case "tcp":
    case "udp":
      return { name, op, to: first, port: Number(second) };
    case "ping":
      return { name, op, to: first };
    case "raw-udp":
      return { name, op, to: first, port: Number(second) };
    case "uid":
    case "gid":
      return { name, op, id: Number(first) };
    case "comm":
      return { name, op, comm: first };
    case "write":
      return { name, op, path: first, text: second };
    default:
      throw new Error(`Cannot read the attempt "${name}"`);
  }
}

const outcomes: readonly string[] = ["denied", "allowed", "would-deny", "would-allow"];

/** What happened, in the words of the expectation. */
function describe(attempt: Attempt, wanted: string, result: string, report: Report): string {
  const [outcome = ""] = wanted.split(" ");
  if (!outcomes.includes(outcome)) return result;
  const refused = outcome === "denied" || outcome === "would-allow";
  if ((result === "EPERM") !== refused) return result;
  const rows = rowsOf(attempt, report);
  const names = rows.map((row) => `${row.outcome} ${ruleOf(row).split(" ")[0]}`);
  return names.find((name) => name === wanted) ?? names[0] ?? "not in the report";
}

function rowsOf(attempt: Attempt, report: Report): Report["flows"] {
  const protocols = { tcp: ["tcp"], udp: ["udp"], "raw-udp": ["udp"], ping: ["icmp", "icmpv6"] };
  if (!(attempt.op in protocols) || !("to" in attempt)) return [];
  const wanted = protocols[attempt.op as keyof typeof protocols];
  const port = attempt.op === "ping" ? undefined : attempt.port;
  return report.flows.filter(
    (flow) =>
      wanted.includes(flow.protocol) &&
      sameAddress(flow.address, attempt.to) &&
      (flow.port || undefined) === port,
  );
}

/** NAT64 addresses have two usual spellings. */
function sameAddress(a: string | null, b: string | undefined): boolean {
  const bytes = (text: string) => Buffer.from(sockaddr(text, 0));
  return a !== null && b !== undefined && bytes(a).equals(bytes(b));
}

function ruleOf({
  outcome,
  rule,
  shadowRule,
}: {
  readonly outcome: ReportOutcome;
  readonly rule: string | null;
  readonly shadowRule: string | null;
}): string {
  return (outcome.startsWith("would-") ? shadowRule : rule) ?? "-";
}
