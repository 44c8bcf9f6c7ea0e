import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { compileNative } from "./host/compile-native.js";
import { Effort } from "./host/effort.js";
import { describeMachine } from "./host/machine.js";
import { places } from "./host/places.js";
import { untilStopped } from "./host/until-stopped.js";
import { type BenchOptions, readOptions } from "./options.js";
import { isPartName, parts } from "./parts.js";
import { boundText, isMet } from "./report/bar.js";
import { barsOf } from "./report/bars.js";
import { fillPage } from "./report/fill-page.js";
import { renderResults } from "./report/render-results.js";
import type { PartName, PartResults, Results } from "./report/results.js";

// Measures everything, then writes bench/results/latest.json and the tables in docs/benchmarks.md. A missed bar is
// a result, not a failure: the exit status says whether the measuring worked. When a part fails, the others are
// measured and printed, and nothing is written.
//   --only PART[,PART]  measures these and prints what it found; writes nothing
//   --quick             a few rounds of everything, to see whether it works; writes nothing

async function measure(
  { only, quick }: BenchOptions,
  signal: AbortSignal,
): Promise<{ results: Results; failures: number }> {
  const machine = describeMachine();
  const began = new Date();
  const found: { -readonly [Name in PartName]?: PartResults[Name] } = {};
  let failures = 0;
  for (const name of only ?? Object.keys(parts).filter(isPartName)) {
    say(`${name}: ${parts[name].about}`);
    try {
      await measureInto(found, name, new Effort(quick), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      failures += 1;
      complain(`Cannot measure "${name}": ${messageOf(error)}`);
    }
  }
  const seconds = (Date.now() - began.getTime()) / 1000;
  return { results: { version: 1, date: began.toISOString(), seconds, machine, ...found }, failures };
}

async function measureInto<Name extends PartName>(
  found: { [Each in PartName]?: PartResults[Each] },
  name: Name,
  effort: Effort,
  signal: AbortSignal,
): Promise<void> {
  found[name] = await parts[name].measure(effort, signal);
}

function write(results: Results): void {
  const text = `${JSON.stringify(results, rounded, 2)}\n`;
  const filled = fillPage(readFileSync(places.page, "utf8"), renderResults(JSON.parse(text) as Results));
  mkdirSync(dirname(places.results), { recursive: true });
  writeFileSync(places.results, text);
  writeFileSync(places.page, filled);
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toFixed(3)) : value;
}

function say(text: string): void {
  process.stdout.write(`bench: ${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
  process.exitCode = 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function checkHost(): void {
  if (process.geteuid?.() !== 0) throw new Error("Cannot load programs into the kernel: run it as root");
  for (const path of [places.object, places.ringfence]) {
    if (!existsSync(path)) throw new Error(`Cannot find "${path}": build it with make build`);
  }
}

function report(results: Results, complete: boolean): void {
  if (complete) write(results);
  else process.stdout.write(`\n${renderResults(results)}\n`);
  for (const bar of barsOf(results)) {
    const found = `${bar.found.toFixed(2)} ${bar.unit}`;
    say(`${isMet(bar) ? "met   " : "missed"}  ${bar.what} ${found} (bar ${boundText(bar)})`);
  }
  if (complete) say("wrote bench/results/latest.json and docs/benchmarks.md");
}

const signal = untilStopped();
try {
  const options = readOptions(process.argv.slice(2));
  checkHost();
  compileNative();
  const { results, failures } = await measure(options, signal);
  report(results, options.only === null && !options.quick && failures === 0);
} catch (error) {
  complain(messageOf(signal.aborted ? signal.reason : error));
}
