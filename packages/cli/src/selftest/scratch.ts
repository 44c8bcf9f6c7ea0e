import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Cgroup2 } from "@ringfence/kernel";
import { removeEndedRun, runCgroupPath } from "../run/run-cgroup.js";
import { makeRunDirectory, markOf, runFile, writeRun } from "../run/run-state.js";
import { sweepRuns } from "../run/sweep.js";

/**
 * What a selftest makes on its host: a cgroup, in which this process is until the end, and a folder. Noted like a run,
 * so that the next run or selftest removes it if this one is killed.
 */
export class Scratch implements AsyncDisposable {
  /** path of the cgroup; hooks are attached here and below, nowhere else */
  readonly cgroup: string;
  /** a cgroup below, where no packet hook is */
  readonly elsewhere: string;
  readonly #id = `selftest-${process.pid}-${randomBytes(4).toString("hex")}`;
  readonly #cgroups = Cgroup2.open();
  readonly #home: string;

  constructor() {
    const supervisor = markOf("self");
    if (supervisor === null) throw new Error("Cannot read this process from /proc");
    sweepRuns(this.#cgroups);
    this.#home = this.#cgroups.pathOf("self") ?? "/";
    this.cgroup = runCgroupPath(this.#cgroups, this.#id);
    this.elsewhere = `${this.cgroup}/elsewhere`;
    makeRunDirectory();
    writeRun({ id: this.#id, cgroup: this.cgroup, supervisor, guardian: null });
    mkdirSync(runFile(this.#id, "files"), { mode: 0o700 });
    this.#cgroups.create(this.elsewhere);
    this.#cgroups.add(this.cgroup, 0);
  }

  /** File with which a process enters the cgroup `elsewhere`. */
  get exit(): string {
    return join(this.#cgroups.directory(this.elsewhere), "cgroup.procs");
  }

  /** Path for a file that is gone with the selftest. */
  file(name: string): string {
    return join(runFile(this.#id, "files"), name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cgroups.add(this.#home, 0);
    await removeEndedRun(this.#cgroups, this.#id, this.cgroup);
    this.#cgroups.close();
  }
}
