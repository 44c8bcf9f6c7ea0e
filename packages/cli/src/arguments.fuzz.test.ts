import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mutateText, policyYaml, Random, randomProfiles, seedOf } from "@ringfence/policy/testing";

const RINGFENCE = fileURLToPath(new URL("../../../ringfence", import.meta.url));
const seed = seedOf(process.env);
/** RINGFENCE_FUZZ_SECONDS makes the run longer; otherwise each command is called this often, the same each time. */
const usualCalls = 16;
const seconds = Number(process.env["RINGFENCE_FUZZ_SECONDS"] ?? 0);
/** A call that takes longer hangs. */
const mostMs = 30_000;
const parallel = 2;

const folder = mkdtempSync(join(tmpdir(), "ringfence-arguments-"));
after(() => rmSync(folder, { recursive: true }));

/** What ends the arguments, so that nothing long or lasting happens when those before are right. */
const ends: Readonly<Record<string, readonly string[]>> = {
  run: ["--", "/nonexistent/command"],
  agent: ["--no-such-option"],
  doctor: ["--no-such-option"],
  off: ["--no-such-option"],
  panic: ["--no-such-option"],
  selftest: ["--no-such-option"],
  "policy import": ["nsp", "/nonexistent/file"],
};

// No path that exists and can be written: options name files.
const values = [
  "",
  "-",
  "--",
  "-1",
  "0",
  "a",
  "a=b",
  "=",
  "/",
  "..",
  "/nonexistent/file",
  "/dev/null/x",
  "any",
  "10.0.0.0/8",
  "10.0.0.1/8",
  "[::1",
  "::1:443",
  "udp/10.0.0.1:53",
  ":70000",
  "icmp/10.0.0.1:1",
  "*.example.com",
  "http://a",
  "deny",
  "audit",
  "json",
  "99999999999999999999",
  "1e999",
  "\u202Eabc",
  "\u001B[31m",
  "a\nb",
  "\uD83D\uDE00",
  "a".repeat(5000),
  "tcp 10.0.0.1:443",
  "exe=/a uid=x tcp 10.0.0.1:443",
  "policy.yaml",
] as const;

interface Called {
  readonly args: readonly string[];
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function help(...args: readonly string[]): string {
  const result: SpawnSyncReturns<string> = spawnSync(RINGFENCE, args, { encoding: "utf8" });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);

const commandNames = /^ {2}([a-z]+) {2,}/gm;

/** Every command and subcommand that the help lists, with the options that its own help lists. */
const commands = names(help("--help"), commandNames)
  .flatMap((name) => {
    const below = names(help(name, "--help"), commandNames);
    return below.length === 0 ? [[name]] : below.map((one) => [name, one]);
  })
  .map((words) => ({
    name: words.join(" "),
    options: names(help(...words, "--help"), /^ {2}(?:-[a-z], )?--([a-z-]+)/gm).filter(
      (option) => option !== "help",
    ),
  }));

function randomArguments(random: Random, { name, options }: (typeof commands)[number]): string[] {
  const words = Array.from({ length: random.below(4) }, (): readonly string[] => {
    const known = options[random.below(options.length)] ?? "help";
    const option = random.oneIn(8) ? `${known}x` : known;
    const value = random.pick(values);
    const forms: readonly string[][] = [[`--${option}`, value], [`--${option}=${value}`], [`--${option}`]];
    return forms[random.below(forms.length + 1)] ?? [value];
  }).flat();
  return [...name.split(" "), ...words, ...(ends[name] ?? [])];
}

function call(args: readonly string[]): Promise<Called> {
  const child = spawn(RINGFENCE, args, { cwd: folder, timeout: mostMs, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ args, status, signal, stderr }));
  });
}

/** Fails unless the call ended by itself, and with a message that a user can act on when it failed. */
function assertAnswered({ args, status, signal, stderr }: Called, place: RegExp): void {
  const what = `ringfence ${args.map((word) => JSON.stringify(word.slice(0, 80))).join(" ")}\n${stderr}`;
  assert.equal(signal, null, `hangs or crashes: ${what}`);
  assert.doesNotMatch(stderr, /Internal error|RF_INTERNAL|^ +at |node:internal/m, what);
  if (status === 0 || (status === 1 && stderr === "")) return; // a no is an answer too
  assert.match(stderr, /^ringfence: ./, what);
  const words = args.flatMap((word) => [word, word.slice(word.indexOf("=") + 1)]);
  assert.ok(place.test(stderr) || words.some((word) => stderr.includes(quoted(word))), what);
  assert.ok(stderr.length < 20_000, `${stderr.length} characters: ${what.slice(0, 500)}`);
}

/** How a message begins to quote an argument, as far as that is plain text. */
function quoted(word: string): string {
  return `"${/^[!-~]{0,40}/.exec(word)?.[0]}`;
}

async function callAll(makeCall: (random: Random) => Promise<Called>, place: RegExp): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const next = async (): Promise<void> => {
    while (seconds > 0 ? performance.now() < end : count < usualCalls) {
      const random = new Random(seed + count++);
      assertAnswered(await makeCall(random), place);
    }
  };
  await Promise.all(Array.from({ length: parallel }, next));
  return count;
}

const timeout = 120_000 + 2 * seconds * 1000;

/** An option, a place in a file, or no argument at all; a message that quotes one of the arguments will do too. */
const anyPlace = /--[a-z]|:\d+:\d+: |No (?:command|file|name|profile)/;

for (const command of commands) {
  test(`ringfence ${command.name} answers whatever arguments it is given`, { timeout }, async (t) => {
    assert.ok(command.options.length > 0);
    const count = await callAll((random) => call(randomArguments(random, command)), anyPlace);
    t.diagnostic(`${count} calls, seed ${seed}`);
  });
}

test("ringfence run says where a broken policy file is wrong", { timeout }, async () => {
  await callAll((random) => {
    const file = `${random.below(2 ** 32)}.yaml`;
    writeFileSync(join(folder, file), mutateText(random, policyYaml(randomProfiles(random))));
    return call(["run", "--policy", file, "--", "/nonexistent/command"]);
  }, /\.yaml:[1-9]\d*:[1-9]\d*: |nonexistent\/command/);
});

test("ringfence answers unknown commands and no command", async () => {
  for (const args of [
    [],
    [""],
    ["--"],
    ["-x"],
    ["runn"],
    ["__proto__"],
    ["\u001B[31m"],
    ["a".repeat(5000)],
  ]) {
    const called = await call(args);
    if (args.length > 0) assertAnswered(called, /Unknown command/);
    assert.equal(called.status, 125);
  }
});
