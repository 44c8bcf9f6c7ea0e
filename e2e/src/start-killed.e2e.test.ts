import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { linkIds } from "./harness/bpf-links.js";
import { fence } from "./harness/fence.js";
import { inVm } from "./harness/in-vm.js";
import { assertNothingLeft } from "./harness/leftovers.js";
import { ringfencePath } from "./harness/paths.js";
import { childrenOf, isRunning, type StartStage, StartWatch, startStages } from "./harness/start-stages.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

/** From here on the launcher may have its order. */
const FIRST_WITH_ORDER = startStages.indexOf("the launcher is in the cgroup");
/** Before it there is no guardian to kill. */
const FIRST_WITH_GUARDIAN = startStages.indexOf("a link is attached");
const MOST_RANDOM_KILLS = 40;
const RANDOM_KILLS_MS = 30_000;

/** Memory that nobody writes, to wait for a moment. */
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** A server that a fenced command may not reach, and nobody else tries to. */
const server = createServer((socket) => socket.destroy());
let connections = 0;
before(async () => {
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => server.close());

type Victim = "supervisor" | "launcher" | "guardian";

/** A run whose command says that it runs and connects. */
class StartingRun {
  readonly #watch: StartWatch;
  readonly #ran = join(temporaryFolder(), "ran");
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #children: readonly number[] = [];

  constructor() {
    const { port } = server.address() as AddressInfo;
    const script = `echo >"$0"; exec 3<>/dev/tcp/127.0.0.1/${port}; sleep 0.5`;
    const args = ["run", "--report", "none", "--default", "deny", "--", "bash", "-c", script, this.#ran];
    this.#child = spawn(ringfencePath, args, { stdio: "ignore" });
    this.#exited = once(this.#child, "exit");
    this.#watch = new StartWatch(this.pid);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits without giving other code of this process a chance, so that little happens between the look and the kill. */
  waitFor(stage: StartStage): void {
    while (!this.#watch.reached(stage)) {
      assert.ok(isRunning(this.pid), `ended before ${stage}`);
      Atomics.wait(nobody, 0, 0, 0.1); // where there is one CPU, the run needs it
    }
  }

  /** Kills those of the victims that there are; a run may have ended by itself before. */
  kill(victims: readonly Victim[]): void {
    if (this.#child.exitCode !== null) return;
    do this.#children = childrenOf(this.pid);
    while (victims.includes("launcher") && this.#children.length === 0 && isRunning(this.pid));
    const [launcher, guardian] = this.#children;
    const pids = { supervisor: this.pid, launcher, guardian };
    for (const victim of victims) {
      const pid = pids[victim];
      if (pid !== undefined) killIfThere(pid);
    }
  }

  /** Waits for its end, and says whether the command ran. */
  async ended(): Promise<boolean> {
    await this.#exited;
    assert.ok(await until(() => !this.#children.some(isRunning)), "a process stays");
    return existsSync(this.#ran);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ESRCH") throw error;
  }
}

/** Nothing connected, and nothing stays once another run has started. */
async function assertClosed(runs: readonly StartingRun[], linksBefore: ReadonlySet<number>): Promise<void> {
  await fence(["true"], { livesOn: true });
  for (const run of runs) await assertNothingLeft(run.pid, linksBefore);
  assert.equal(connections, 0, "a command reached what it may not");
}

describe("ringfence run killed while it starts", () => {
  for (const victims of [["supervisor"], ["launcher"], ["supervisor", "guardian"]] as const) {
    test(`does not open at any stage: ${victims.join(" and ")}`, {
      timeout,
      skip: inVm && "the stages are user space's; the test below kills at any time on both kernels",
    }, async () => {
      const linksBefore = linkIds();
      const runs: StartingRun[] = [];
      const first = victims.some((victim) => victim === "guardian") ? FIRST_WITH_GUARDIAN : 0;
      for (const [index, stage] of startStages.entries()) {
        if (index < first) continue;
        const run = new StartingRun();
        runs.push(run);
        run.waitFor(stage);
        run.kill(victims);
        const ran = await run.ended();
        if (index < FIRST_WITH_ORDER) assert.equal(ran, false, `the command ran after ${stage}`);
      }
      await assertClosed(runs, linksBefore);
    });
  }

  test("does not open, whenever it is", { timeout }, async () => {
    const linksBefore = linkIds();
    const started = performance.now();
    const runs = [new StartingRun()];
    runs[0]?.waitFor("the command is executed");
    const span = performance.now() - started;
    await runs[0]?.ended();
    while (runs.length < MOST_RANDOM_KILLS && performance.now() - started < RANDOM_KILLS_MS) {
      const run = new StartingRun();
      runs.push(run);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * span * 1.1));
      run.kill(runs.length % 4 === 0 ? ["supervisor", "guardian"] : ["supervisor"]);
      await run.ended();
    }
    await assertClosed(runs, linksBefore);
  });
});
