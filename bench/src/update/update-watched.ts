import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { places } from "../host/places.js";
import { policyText } from "../rules/policy-text.js";
import type { RuleSet } from "../rules/rule.js";
import { type Summary, summarize } from "../statistics/summary.js";
import type { PolicyPair } from "./policy-pair.js";

const IN_FORCE = /is in force, (\d+) ms after/;

/**
 * Milliseconds from the checked file until `ringfence run --watch` has it in force, as that says itself: where a large file
 * is compiled by a process that has compiled nothing before.
 */
export async function updateWatched(
  { allowing, denying }: PolicyPair,
  rounds: number,
  signal: AbortSignal,
): Promise<Summary> {
  const file = join(places.cache, "watched.yaml");
  replace(file, allowing);
  const options = ["--report", "none", "--user", "nobody", "--watch", "--policy", file];
  const child = spawn(places.ringfence, ["run", ...options, "--", "sh", "-c", "echo runs; exec cat"], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const exited = once(child, "exit");
  try {
    const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    await Promise.race([once(child.stdout, "data"), exited]);
    const took: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const set of [denying, allowing]) {
        signal.throwIfAborted();
        replace(file, set);
        took.push(await nextInForce(lines));
      }
    }
    return summarize(took);
  } finally {
    child.stdin.end();
    await exited;
  }
}

/** The next line of the supervisor that tells of a change. Throws when it ends before. */
async function nextInForce(lines: AsyncIterator<string>): Promise<number> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("Cannot measure the change: ringfence run ended before it");
    const found = IN_FORCE.exec(value)?.[1];
    if (found !== undefined) return Number(found);
  }
}

function replace(file: string, set: RuleSet): void {
  writeFileSync(`${file}.new`, policyText(set), { mode: 0o644 });
  renameSync(`${file}.new`, file);
}
