import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FinishedProcess, runProcess } from "./run-process.js";

const BUSYBOX = "/usr/bin/busybox";

/** Why containers cannot be made here; null where they can. */
export function noContainers(runtime: "runc" | "podman"): string | null {
  if (spawnSync(runtime, ["--version"]).status !== 0) return `${runtime} is not installed`;
  return existsSync(BUSYBOX) ? null : "busybox is not installed";
}

/** A folder that holds busybox and nothing else, as a container's file system. */
export function makeRootFileSystem(folder: string): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  copyFileSync(BUSYBOX, join(folder, "bin/busybox"));
  for (const name of ["sh", "nc", "sleep"]) symlinkSync("busybox", join(folder, `bin/${name}`));
}

/** What a test says of a container. */
export interface RuncContainer {
  readonly name: string;
  /** Path of its cgroup; above it lies one of the test's. */
  readonly cgroup: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Commands of the stage createRuntime. */
  readonly hooks?: readonly (readonly string[])[];
}

/** Containers of runc, in a root folder of their own, each in a network that reaches nothing. */
export class Runc implements Disposable {
  readonly #folder: string;
  readonly #names: string[] = [];

  /** @param folder gets the state folder "runc", and the bundles */
  constructor(folder: string) {
    this.#folder = folder;
    makeRootFileSystem(join(folder, "rootfs"));
  }

  /** Runs a container to its end. */
  async run(container: RuncContainer): Promise<FinishedProcess> {
    return await this.#call("run", "--bundle", this.#bundle(container), container.name);
  }

  /** Makes a container whose program waits for `start`. */
  create(container: RuncContainer): void {
    // its program holds these open, and nobody would see their end
    const words = ["--root", this.#root, "create", "--bundle", this.#bundle(container), container.name];
    execFileSync("runc", words, { stdio: "ignore" });
  }

  start(name: string): void {
    execFileSync("runc", ["--root", this.#root, "start", name], { stdio: "ignore" });
  }

  /** Runs another program in it. */
  async exec(name: string, command: readonly string[]): Promise<FinishedProcess> {
    return await this.#call("exec", name, ...command);
  }

  /** Its first process. */
  pidOf(name: string): number {
    const state = execFileSync("runc", ["--root", this.#root, "state", name], { encoding: "utf8" });
    return JSON.parse(state).pid;
  }

  remove(name: string): void {
    spawnSync("runc", ["--root", this.#root, "delete", "--force", name]);
  }

  [Symbol.dispose](): void {
    for (const name of this.#names) this.remove(name);
  }

  get #root(): string {
    return join(this.#folder, "runc");
  }

  async #call(...words: readonly string[]): Promise<FinishedProcess> {
    return await runProcess("runc", ["--root", this.#root, ...words]);
  }

  #bundle({ name, cgroup, annotations = {}, command, hooks = [] }: RuncContainer): string {
    const bundle = join(this.#folder, `bundle-${name}`);
    const file = join(bundle, "config.json");
    mkdirSync(bundle, { recursive: true });
    if (!existsSync(file)) execFileSync("runc", ["spec", "--bundle", bundle]);
    const spec = JSON.parse(readFileSync(file, "utf8"));
    spec.process.terminal = false;
    spec.process.args = command;
    spec.process.rlimits = [];
    spec.root = { path: join(this.#folder, "rootfs"), readonly: true };
    spec.annotations = annotations;
    spec.hooks = { createRuntime: hooks.map((args) => ({ path: args[0], args })) };
    spec.linux.cgroupsPath = cgroup;
    spec.linux.resources = {};
    writeFileSync(file, JSON.stringify(spec));
    this.#names.push(name);
    return bundle;
  }
}
