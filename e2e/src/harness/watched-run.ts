import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { ringfencePath } from "./paths.js";
import { replaceFile } from "./replace-file.js";
import { type FinishedProcess, runProcess } from "./run-process.js";
import { temporaryFolder } from "./temporary-folder.js";
import { until } from "./until.js";

const PATIENCE_MS = 60_000;

export interface WatchedOptions {
  readonly options?: readonly string[];
  /** words before ringfence */
  readonly via?: readonly string[];
}

/**
 * `ringfence run --watch` as user nobody, whose command talks by lines, ends with its input, and whose policy a test
 * replaces.
 */
export class WatchedRun implements AsyncDisposable {
  readonly #file = join(temporaryFolder(), "policy.yaml");
  readonly #said = { out: "", err: "" };
  readonly #finished: Promise<FinishedProcess>;
  #child: ChildProcess | undefined;
  #policies = 0;

  constructor(policy: string, command: readonly string[], { options = [], via = [] }: WatchedOptions = {}) {
    replaceFile(this.#file, policy);
    const own = ["--report", "none", "--user", "nobody", "--watch", "--policy", this.#file, ...options];
    this.#finished = runProcess(ringfencePath, ["run", ...own, "--", ...command], {
      input: null,
      via,
      onStart: (child) => {
        this.#child = child;
        child.stdout?.on("data", (text: string) => (this.#said.out += text));
        child.stderr?.on("data", (text: string) => (this.#said.err += text));
      },
    });
  }

  /** What the command printed so far. */
  get output(): string {
    return this.#said.out;
  }

  /** Waits until the command has printed that. */
  async hears(text: string): Promise<void> {
    assert.ok(await until(() => this.#said.out.includes(text), PATIENCE_MS), `no "${text}": ${this.#all()}`);
  }

  /** Puts another policy in the place of the one in force, and waits until it has taken over. */
  async follow(policy: string): Promise<void> {
    replaceFile(this.#file, policy);
    this.#policies++;
    const taken = () => this.#said.err.split("is in force").length > this.#policies;
    assert.ok(await until(taken, PATIENCE_MS), `the policy was not taken: ${this.#all()}`);
  }

  /** Writes a line to the command. */
  tell(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
  }

  /** Ends the command's input and waits for its end; returns what it printed, line by line. */
  async end(): Promise<readonly string[]> {
    this.#child?.stdin?.end("\n");
    const { code } = await this.#finished;
    assert.equal(code, 0, this.#all());
    return this.#said.out.trimEnd().split("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.stdin?.end("\n");
    await this.#finished;
  }

  #all(): string {
    return `${this.#said.out} ${this.#said.err}`;
  }
}
