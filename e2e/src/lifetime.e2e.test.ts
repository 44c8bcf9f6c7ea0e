import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { linkIds } from "./harness/bpf-links.js";
import { fence, readLog } from "./harness/fence.js";
import { Inmate } from "./harness/inmate.js";
import { assertNothingLeft, cgroupsOf, notesOf } from "./harness/leftovers.js";
import { ringfencePath } from "./harness/paths.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

const port = 1001;
const options = ["--deny", `:${port}`];

/** A run whose command is an inmate, for a test that ends ringfence's own processes. */
class Run implements AsyncDisposable {
  readonly inmate = new Inmate(port);
  readonly logPath = join(temporaryFolder(), "log");
  readonly #linksBefore = linkIds();
  readonly #child: ChildProcess;

  constructor() {
    const args = ["run", "--report", "none", "--log", this.logPath, ...options, "--", ...this.inmate.command];
    this.#child = spawn(ringfencePath, args, { stdio: "ignore" });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get note(): string {
    return notePath(this.pid);
  }

  get guardian(): number {
    return guardianOf(this.pid);
  }

  async killSupervisor(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  async assertLogged(count: number): Promise<void> {
    const denied = () => readLog(this.logPath).filter((line) => line.outcome === "denied").length;
    await until(() => denied() >= count, 30_000);
    assert.equal(denied(), count);
  }

  assertNothingLeft(): Promise<void> {
    return assertNothingLeft(this.pid, this.#linksBefore);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inmate.stop();
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
  }
}

describe("ringfence run lifetime", () => {
  test("keeps a daemon fenced after it returned, and its log going", { timeout }, async () => {
    const inmate = new Inmate(port);
    try {
      const run = await fence(inmate.daemon, { options, livesOn: true });
      assert.equal(run.report.stillRunning > 0, true);
      const parent = () =>
        Number(readFileSync(`/proc/${inmate.pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1]);
      assert.notEqual(parent(), run.report.pid);
      assert.equal(await inmate.ask("later"), "EPERM");
      assert.ok(await until(() => readLog(run.logPath).length === 1), "the guardian logs nothing");
      assert.equal(cgroupsOf(run.pid).length, 1);
      await inmate.stop();
      await assertNothingLeft(run.pid, run.linksBefore);
    } finally {
      await inmate.stop();
    }
  });

  test("--wait returns after the last descendant and counts what it did", { timeout }, async () => {
    const script = `(sleep 1; exec 3<>/dev/tcp/127.0.0.1/${port}) </dev/null >/dev/null 2>&1 & exit 4`;
    const { code, report } = await fence(["bash", "-c", script], { options: [...options, "--wait"] });
    assert.equal(code, 4);
    assert.equal(report.stillRunning, 0);
    assert.equal(report.totals.denied, 1);
  });

  test("holds and logs on after kill -9 of the supervisor", { timeout }, async () => {
    await using run = new Run();
    await run.inmate.ready();
    assert.equal(await run.inmate.ask("before"), "EPERM");
    await run.assertLogged(1); // what the supervisor has read and not yet written dies with it
    await run.killSupervisor();
    assert.equal(await run.inmate.ask("after"), "EPERM");
    await run.assertLogged(2);
    await run.inmate.stop();
    await run.assertNothingLeft();
  });

  for (const [what, text] of Object.entries({ "another run": `{"id":"x"}`, "no JSON": "{", nothing: "" })) {
    test(`holds, logs on and cleans up when its note says ${what}`, { timeout }, async () => {
      await using run = new Run();
      await run.inmate.ready();
      writeFileSync(run.note, text);
      await run.killSupervisor();
      assert.equal(await run.inmate.ask("after"), "EPERM");
      await run.assertLogged(1);
      await run.inmate.stop();
      await run.assertNothingLeft();
    });
  }

  test("holds after kill -9 of supervisor and guardian, and the next start sweeps", { timeout }, async () => {
    await using run = new Run();
    await run.inmate.ready();
    const { guardian } = run;
    const inside = run.inmate.pid;
    await run.killSupervisor();
    process.kill(guardian, "SIGKILL");
    assert.ok(await until(() => !isRunning(guardian)));
    assert.equal(await run.inmate.ask("alone"), "EPERM");
    await fence(["true"], { livesOn: true });
    assert.equal(cgroupsOf(run.pid).length, 1, "a sweep took the cgroup of a tree that runs");
    assert.equal(await run.inmate.ask("after-a-sweep"), "EPERM");
    await run.inmate.stop();
    assert.ok(await until(() => !isRunning(inside)));
    await fence(["true"], { livesOn: true });
    await run.assertNothingLeft();
  });

  test("starts another guardian when it is killed, which takes over", { timeout }, async () => {
    await using run = new Run();
    await run.inmate.ready();
    for (let count = 0; count < 3; count++) {
      const killed = run.guardian;
      process.kill(killed, "SIGKILL"); // the later ones soon after their start
      assert.ok(await until(() => run.guardian !== killed), "no other guardian came");
    }
    await run.killSupervisor();
    assert.equal(await run.inmate.ask("taken-over"), "EPERM");
    await run.assertLogged(1);
    await run.inmate.stop();
    await run.assertNothingLeft();
  });
});

describe("ringfence run report", () => {
  test("says that the guardian was ended too often", { timeout }, async () => {
    const inmate = new Inmate(port);
    let supervisor = 0;
    const onStart = (child: ChildProcess) => {
      supervisor = child.pid ?? 0;
    };
    const running = fence(inmate.command, { options, onStart });
    try {
      await inmate.ready();
      for (let count = 0; count < 6; count++) {
        const killed = guardianOf(supervisor);
        process.kill(killed, "SIGKILL");
        if (count < 5) assert.ok(await until(() => guardianOf(supervisor) !== killed), `after ${count}`);
        else assert.ok(await until(() => !isRunning(killed)));
      }
      assert.equal(await inmate.ask("unguarded"), "EPERM");
    } finally {
      await inmate.stop();
    }
    const { report } = await running;
    assert.deepEqual(report.warnings, [
      "the guardian was ended 6 times; after this report nothing logs what still runs",
    ]);
  });
});

/** Path of the note of the run with this supervisor. */
function notePath(supervisor: number): string {
  const [note = "no note"] = notesOf(supervisor).filter((name) => name.endsWith(".json"));
  return `/run/ringfence/runs/${note}`;
}

/** The guardian's process id. */
function guardianOf(supervisor: number): number {
  const state = JSON.parse(readFileSync(notePath(supervisor), "utf8")) as { guardian: { pid: number } };
  return state.guardian.pid;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // there is no such process
  }
}
