import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Cgroup2 } from "@ringfence/kernel";
import { type CallResults, measureCalls } from "./calls/measure-calls.js";
import { startSituations } from "./calls/situations.js";
import { BenchCgroup } from "./host/bench-cgroup.js";
import { Cleanup } from "./host/cleanup.js";
import { compileNative } from "./host/compile-native.js";
import { describeMachine } from "./host/machine.js";
import { places } from "./host/places.js";
import { untilStopped } from "./host/until-stopped.js";
import { measureMemory } from "./memory/measure-memory.js";
import { barsOf, isMet } from "./report/bars.js";
import { fillPage } from "./report/fill-page.js";
import { renderResults } from "./report/render-results.js";
import type { Results } from "./report/results.js";
import { measureStart } from "./start/measure-start.js";

// Measures everything, then writes bench/results/latest.json and the table in docs/benchmarks.md. A missed bar is
// a result, not a failure: the exit status says whether the measuring worked.

async function benchCalls(signal: AbortSignal): Promise<CallResults> {
  using cgroups = Cgroup2.open();
  const cleanup = new Cleanup();
  try {
    const home = await BenchCgroup.create(cgroups);
    cleanup.add(() => home.remove());
    return await measureCalls(await startSituations(cgroups, home, cleanup), signal);
  } finally {
    await cleanup.run();
  }
}

async function measure(signal: AbortSignal): Promise<Results> {
  const machine = describeMachine();
  const began = new Date();
  say("calls: connect() and send with no program, empty programs and a fence (about 20 s)");
  const calls = await benchCalls(signal);
  say("start: ringfence run true, and the parts of making a fence (about 30 s)");
  const start = await measureStart(signal);
  say("memory: supervisor, guardian and kernel (about 15 s)");
  const memory = await measureMemory(signal);
  const seconds = (Date.now() - began.getTime()) / 1000;
  return { version: 1, date: began.toISOString(), seconds, machine, calls, start, memory };
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

function checkHost(): void {
  if (process.geteuid?.() !== 0) throw new Error("Cannot load programs into the kernel: run it as root");
  for (const path of [places.object, places.ringfence]) {
    if (!existsSync(path)) throw new Error(`Cannot find "${path}": build it with make build`);
  }
}

const signal = untilStopped();
try {
  checkHost();
  compileNative();
  const results = await measure(signal);
  write(results);
  for (const bar of barsOf(results)) {
    const found = `${bar.found.toFixed(2)} ${bar.unit}`;
    say(`${isMet(bar) ? "met   " : "missed"}  ${bar.what} ${found} (bar ${bar.bound} ${bar.unit})`);
  }
  say("wrote bench/results/latest.json and docs/benchmarks.md");
} catch (error) {
  const reason: unknown = signal.aborted ? signal.reason : error;
  process.stderr.write(`bench: ${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exitCode = 1;
}
