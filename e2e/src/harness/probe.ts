import assert from "node:assert/strict";
import type { Attempt, AttemptResult } from "../probe/attempt.js";
import { type FencedRun, type FenceOptions, fence } from "./fence.js";
import { program } from "./paths.js";

export interface ProbedRun extends FencedRun {
  readonly results: Readonly<Record<string, string>>;
  readonly took: Readonly<Record<string, number>>;
}

/** The command that makes these attempts. */
export function probeCommand(attempts: readonly Attempt[]): string[] {
  return [process.execPath, program("probe/main.js"), JSON.stringify(attempts)];
}

/** Makes the attempts in a fence; fails unless each one ended as the second argument says. */
export async function probe(
  attempts: readonly Attempt[],
  expected: Readonly<Record<string, string>>,
  options: FenceOptions = {},
): Promise<ProbedRun> {
  const run = await fence(probeCommand(attempts), options);
  const read = readResults(run.stdout);
  assert.deepEqual(read.results, expected, run.stderr);
  assert.equal(run.code, 0, run.stderr);
  return { ...run, ...read };
}

/** What a probe printed, by the attempts' names. */
export function readResults(stdout: string): Pick<ProbedRun, "results" | "took"> {
  const lines = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as AttemptResult);
  return {
    results: Object.fromEntries(lines.map(({ name, result }) => [name, result])),
    took: Object.fromEntries(lines.map(({ name, took }) => [name, took])),
  };
}
