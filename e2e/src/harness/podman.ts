import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { processesNaming } from "./processes-naming.js";
import { type FinishedProcess, runProcess } from "./run-process.js";
import { makeRootFileSystem } from "./runc.js";
import { until } from "./until.js";

const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

/** Containers of podman, in a storage of their own, each in a network that reaches nothing. */
export class Podman implements AsyncDisposable {
  readonly #folder: string;
  readonly #cgroup: string;
  readonly #options: readonly string[];

  /** @param folder gets the storage "podman"; @param cgroup lies above all containers; @param options of podman itself */
  constructor(folder: string, cgroup: string, options: readonly string[] = []) {
    this.#folder = folder;
    this.#cgroup = cgroup;
    this.#options = options;
  }

  /** Makes the image localhost/busy:1. */
  async makeImage(): Promise<void> {
    const image = join(this.#folder, "image");
    makeRootFileSystem(image);
    execFileSync("tar", ["-C", image, "-cf", `${image}.tar`, "."]);
    const imported = await this.call("import", `${image}.tar`, "localhost/busy:1");
    assert.equal(imported.code, 0, imported.stderr);
  }

  /** Runs a program in a container of its own. */
  async run(
    name: string,
    command: readonly string[],
    options: readonly string[] = [],
  ): Promise<FinishedProcess> {
    return await this.call(
      ...["run", "--name", name, "--network", "none", "--cgroup-parent", this.#cgroup],
      ...[...limits, ...options, "localhost/busy:1", ...command],
    );
  }

  async call(...words: readonly string[]): Promise<FinishedProcess> {
    return await runProcess("podman", [
      ...["--root", this.#storage, "--runroot", join(this.#folder, "podman-run")],
      ...["--cgroup-manager", "cgroupfs", "--runtime", "runc", "--storage-driver", "vfs"],
      ...[...this.#options, ...words],
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.call("rm", "--all", "--force", "--time", "0");
    // what podman starts to clean up writes into its storage, and is not waited for
    assert.ok(await until(() => processesNaming(this.#storage).length === 0), "podman still cleans up");
  }

  get #storage(): string {
    return join(this.#folder, "podman");
  }
}
