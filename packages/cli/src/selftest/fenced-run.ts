import { existsSync, readFileSync } from "node:fs";
import type { Report, VerdictLine } from "@ringfence/model";
import { WRAPPER_PATH } from "../wrapper-path.js";
import type { PlannedTrial } from "./plan.js";
import { type ProbeOutcome, runProbe } from "./probe-process.js";
import type { Scratch } from "./scratch.js";

/** What a fenced prober met, and what the fence said of it. */
export interface FencedOutcome extends ProbeOutcome {
  readonly log: readonly VerdictLine[];
  readonly flows: Report["flows"];
}

/** Makes trials inside `ringfence run`, just as a user would start a command. */
export async function runFenced(
  name: string,
  trials: readonly PlannedTrial[],
  {
    scratch,
    policy,
    signal,
  }: { readonly scratch: Scratch; readonly policy: string; readonly signal: AbortSignal },
): Promise<FencedOutcome> {
  const log = scratch.file(`${name}.log`);
  const report = scratch.file(`${name}.json`);
  const privileged = trials.some(({ run }) => run !== "plain") ? ["--privileged"] : [];
  const outputs = ["--report", "json", "--report-file", report, "--log", log];
  const via = [
    WRAPPER_PATH,
    "run",
    "--policy",
    policy,
    "--hook-cgroup",
    scratch.cgroup,
    ...outputs,
    ...privileged,
    "--",
  ];
  const outcome = await runProbe({ trials, via, exit: scratch.exit, signal });
  return { ...outcome, log: readLines(log), flows: readReport(report)?.flows ?? [] };
}

function readLines(path: string): VerdictLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as VerdictLine);
}

function readReport(path: string): Report | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Report) : null;
}
