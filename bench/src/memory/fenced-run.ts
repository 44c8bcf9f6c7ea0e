import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { places } from "../host/places.js";
import { findChild } from "./find-child.js";

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 20_000;

/** A `ringfence run` that goes on while its memory is read; a Ctrl-C at the terminal does not reach it. */
export class FencedRun implements Disposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #input: Writable;

  private constructor(child: ChildProcess, input: Writable) {
    this.#child = child;
    this.#exited = once(child, "exit");
    this.#input = input;
  }

  /** Starts a command under a policy file, or without one. */
  static start(command: readonly string[], policy: string | null = null): FencedRun {
    const options = ["--report", "none", ...(policy === null ? [] : ["--policy", policy])];
    const child = spawn(places.ringfence, ["run", ...options, "--", ...command], {
      stdio: ["pipe", "ignore", "inherit"],
      detached: true,
    });
    return new FencedRun(child, child.stdin);
  }

  /** Process id of the supervisor. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`Cannot start "${places.ringfence}": build it again`);
    return this.#child.pid;
  }

  /** Waits for the child of the supervisor with this text in its command line. */
  async descendant(text: string): Promise<number> {
    const patience = performance.now() + PATIENCE_MS;
    while (this.#child.exitCode === null && performance.now() < patience) {
      const pid = findChild(this.pid, text);
      if (pid !== null) return pid;
      await setTimeout(LOOK_EVERY_MS);
    }
    throw new Error(`Cannot find "${text}" below "ringfence run": it ended with ${this.#child.exitCode}`);
  }

  /** Gives the command the line that it waits for, and waits until the run returns. */
  async goOn(): Promise<void> {
    this.#input.end("go\n");
    await this.#exited;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#exited;
  }

  /** Ends what still runs, after a failure. */
  [Symbol.dispose](): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGTERM");
  }
}
