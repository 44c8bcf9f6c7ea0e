import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DNS_SCHEMA, type DnsLine, type Report, type VerdictLine } from "@ringfence/model";
import { dnsLineSchema, reportSchema, verdictLineSchema } from "@ringfence/model/schemas";
import { linkIds } from "./bpf-links.js";
import { assertNothingLeft } from "./leftovers.js";
import { ringfencePath } from "./paths.js";
import { type FinishedProcess, type ProcessOptions, runProcess } from "./run-process.js";
import { temporaryFolder } from "./temporary-folder.js";

export interface FenceOptions extends ProcessOptions {
  /** options of `ringfence run` */
  readonly options?: readonly string[];
  /** texts of policy files */
  readonly policies?: readonly string[];
  /** true when descendants live on: what is left is the caller's to check */
  readonly livesOn?: boolean;
}

export interface FencedRun extends FinishedProcess {
  readonly report: Report;
  readonly log: readonly VerdictLine[];
  readonly dnsLog: readonly DnsLine[];
  readonly logPath: string;
  readonly linksBefore: ReadonlySet<number>;
}

/**
 * Runs a command in a fence. Report and log are read and checked against their schemas, and nothing may be left
 * behind. Throws when ringfence wrote no report.
 */
export async function fence(command: readonly string[], options: FenceOptions = {}): Promise<FencedRun> {
  const folder = temporaryFolder();
  const reportPath = join(folder, "report.json");
  const logPath = join(folder, "log.jsonl");
  const policies = (options.policies ?? []).flatMap((text, index) => {
    const path = join(folder, `policy-${index}.yaml`);
    writeFileSync(path, text);
    return ["--policy", path];
  });
  const outputs = ["--report", "json", "--report-file", reportPath, "--log", logPath];
  const own = options.options ?? [];
  // no test attaches to an interface that it did not make
  const interfaces = own.includes("--packet-sockets") ? [] : ["--packet-sockets", "report"];
  const args = ["run", ...outputs, ...policies, ...interfaces, ...own, "--", ...command];
  const linksBefore = linkIds();
  const finished = await runProcess(ringfencePath, args, options);
  if (!existsSync(reportPath)) {
    throw new Error(`No report, exit status ${finished.code ?? finished.signal}: ${finished.stderr}`);
  }
  if (options.livesOn !== true) await assertNothingLeft(finished.pid, linksBefore);
  const report = reportSchema.parse(JSON.parse(readFileSync(reportPath, "utf8")));
  return { ...finished, report, log: readLog(logPath), dnsLog: readDnsLog(logPath), logPath, linksBefore };
}

/** The verdicts of a log file, each as the schema has it. */
export function readLog(path: string): VerdictLine[] {
  return linesOf(path)
    .filter(({ schema }) => schema !== DNS_SCHEMA)
    .map((line) => verdictLineSchema.parse(line));
}

/** The DNS queries of a log file. */
export function readDnsLog(path: string): DnsLine[] {
  return linesOf(path)
    .filter(({ schema }) => schema === DNS_SCHEMA)
    .map((line) => dnsLineSchema.parse(line));
}

function linesOf(path: string): { readonly schema: string }[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as { readonly schema: string });
}
