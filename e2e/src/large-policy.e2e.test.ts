import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { reportSchema } from "@ringfence/model/schemas";
import { linkIds } from "./harness/bpf-links.js";
import { assertNothingLeft } from "./harness/leftovers.js";
import { ringfencePath } from "./harness/paths.js";
import { profile } from "./harness/profile.js";
import { type FinishedProcess, runProcess } from "./harness/run-process.js";
import { childrenOf } from "./harness/start-stages.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

/** Large enough for a process of its own, and read in bearable time where a CPU is emulated. */
const RULES = 1000;
const MOST_RULES = 10_000;
/** What the supervisor of a run took for 10,000 rules when it read them itself: 243 MB. Without any it takes 70. */
const MOST_MEMORY_KB = 140_000;

/** Allows one port, and much else that nobody asks for. */
function large(name: string, port: number, count = RULES): string {
  const filler = Array.from({ length: count }, (_, i) => ({
    [i % 9 === 0 ? "deny" : "allow"]: {
      process: i % 3 === 0 ? { uid: 20_000 + (i % 500) } : { exe: `/opt/app-${i % 200}/**` },
      to: [`10.${i >> 8}.${i & 255}.0/24`],
      ports: [1 + (i % 60_000)],
    },
  }));
  const rules = [...filler, { name, allow: { to: ["127.0.0.1"], ports: [port] } }];
  return profile("p", { default: "deny", rules });
}

function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

/** Waits for the process that compiles a policy for a supervisor. */
async function compilerOf(supervisor: number): Promise<number> {
  const find = () =>
    childrenOf(supervisor).find((pid) => textOf(`/proc/${pid}/cmdline`).includes("policy-compiler"));
  assert.ok(await until(() => find() !== undefined), "nobody compiles");
  return find() ?? 0;
}

/** Connects to the ports that it reads, and tells what came of each. */
const client = `
require("readline").createInterface({ input: process.stdin }).on("line", (port) => {
  const told = (what) => console.log(port + " " + what);
  require("net").connect(Number(port), "127.0.0.1").on("error", (error) => told(error.code)).on("connect", () => told("open"));
});
`;

/** A run with --watch whose command connects when it is told to. */
class WatchedRun {
  readonly folder = temporaryFolder();
  readonly file = join(this.folder, "policy.yaml");
  readonly log = join(this.folder, "log");
  readonly report = join(this.folder, "report.json");
  readonly #finished: Promise<FinishedProcess>;
  #child: ChildProcess | undefined;
  #out = "";
  err = "";

  constructor(policy: string) {
    replaceFile(this.file, policy);
    const reports = ["--report", "json", "--report-file", this.report, "--log", this.log];
    const options = [...reports, "--user", "nobody", "--watch", "--policy", this.file];
    this.#finished = runProcess(ringfencePath, ["run", ...options, "--", process.execPath, "-e", client], {
      input: null,
      onStart: (child) => {
        this.#child = child;
        child.stdout?.on("data", (text: string) => (this.#out += text));
        child.stderr?.on("data", (text: string) => (this.err += text));
      },
    });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Refused by the policy, or by nobody listening there. */
  async connect(port: number): Promise<"EPERM" | "ECONNREFUSED"> {
    const before = this.#out.length;
    this.#child?.stdin?.write(`${port}\n`);
    const answer = () => /^\d+ (EPERM|ECONNREFUSED)$/m.exec(this.#out.slice(before))?.[1];
    assert.ok(await until(() => answer() !== undefined), `no answer: ${this.#out} ${this.err}`);
    return answer() as "EPERM" | "ECONNREFUSED";
  }

  /** Waits for the process that compiles, and stops it where it is. */
  async stopCompiler(): Promise<number> {
    const pid = await compilerOf(this.pid);
    process.kill(pid, "SIGSTOP");
    return pid;
  }

  async heard(text: string, times = 1): Promise<void> {
    assert.ok(await until(() => this.err.split(text).length > times), `no "${text}": ${this.err}`);
  }

  end(): Promise<FinishedProcess> {
    this.#child?.stdin?.end();
    return this.#finished;
  }
}

describe("ringfence run with a large policy", () => {
  test("compiles it without growing", { timeout }, async () => {
    const file = join(temporaryFolder(), "policy.yaml");
    writeFileSync(file, large("wanted", 1001, MOST_RULES));
    const command = ["sh", "-c", "grep VmHWM /proc/$PPID/status"];
    const options = ["--report", "none", "--policy", file];
    const { stdout, code, stderr } = await runProcess(ringfencePath, ["run", ...options, "--", ...command]);
    assert.equal(code, 0, stderr);
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(stdout)?.[1]);
    assert.ok(peak > 0 && peak < MOST_MEMORY_KB, `the supervisor took ${stdout}`);
  });

  test("does not start if the process that compiles it is killed", { timeout }, async () => {
    const linksBefore = linkIds();
    const folder = temporaryFolder();
    const [file, ran] = [join(folder, "policy.yaml"), join(folder, "ran")];
    writeFileSync(file, large("wanted", 1001));
    let pid = 0;
    const finished = runProcess(ringfencePath, ["run", "--policy", file, "--", "touch", ran], {
      onStart: (child) => {
        pid = child.pid ?? 0;
      },
    });
    process.kill(await compilerOf(pid), "SIGKILL");
    const { code, stderr } = await finished;
    assert.equal(code, 125);
    assert.match(stderr, /^ringfence: Cannot compile the policy: .*killed \(SIGKILL\).*memory.*try again\n$/);
    assert.equal(existsSync(ran), false);
    await assertNothingLeft(pid, linksBefore);
  });

  test("goes on while a change is compiled; of two changes the last one stays", { timeout }, async () => {
    const run = new WatchedRun(large("first", 1001));
    try {
      assert.equal(await run.connect(1001), "ECONNREFUSED", run.err);
      replaceFile(run.file, large("second", 1002));
      const compiler = await run.stopCompiler();
      replaceFile(run.file, large("third", 1003));
      assert.equal(await run.connect(1002), "EPERM");
      assert.equal(await run.connect(1001), "ECONNREFUSED");
      const logged = () => textOf(run.log).includes('"rule":"p/egress.default"');
      assert.ok(await until(logged), "the supervisor waits for the compiler");
      assert.doesNotMatch(run.err, /is in force/);
      process.kill(compiler, "SIGCONT");
      await run.heard("is in force", 2);
      const verdicts = [await run.connect(1001), await run.connect(1002), await run.connect(1003)];
      assert.deepEqual(verdicts, ["EPERM", "EPERM", "ECONNREFUSED"]);
    } finally {
      const { code } = await run.end();
      assert.equal(code, 0, run.err);
    }
    const { flows, policy } = reportSchema.parse(JSON.parse(readFileSync(run.report, "utf8")));
    const inForce = [...run.err.matchAll(/policy (\w+) is in force/g)].map((found) => found[1]);
    assert.equal(inForce.length, 2, run.err);
    assert.equal(policy.revision, inForce[1]);
    const third = flows.filter((flow) => flow.rule === "p/third");
    assert.deepEqual([...new Set(third.map((flow) => flow.policyRevision))], [inForce[1]]);
  });

  test("keeps the policy if the process that compiles a change is killed", { timeout }, async () => {
    const run = new WatchedRun(large("first", 1001));
    try {
      assert.equal(await run.connect(1001), "ECONNREFUSED", run.err);
      replaceFile(run.file, large("second", 1002));
      process.kill(await run.stopCompiler(), "SIGKILL");
      await run.heard("the policy stays as it was: Cannot compile the policy: the process for it was killed");
      assert.deepEqual([await run.connect(1001), await run.connect(1002)], ["ECONNREFUSED", "EPERM"]);
      replaceFile(run.file, large("third", 1003));
      await run.heard("is in force");
      assert.deepEqual([await run.connect(1001), await run.connect(1003)], ["EPERM", "ECONNREFUSED"]);
    } finally {
      await run.end();
    }
  });

  test("does not wait for a compiler when the command has ended", { timeout }, async () => {
    const run = new WatchedRun(large("first", 1001));
    await run.connect(1001);
    replaceFile(run.file, large("second", 1002));
    const compiler = await run.stopCompiler();
    const { code, stderr } = await run.end();
    assert.equal(code, 0, stderr);
    assert.ok(await until(() => !existsSync(`/proc/${compiler}`)), "the compiler is still there");
  });
});

/** Empty when it is not there. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
