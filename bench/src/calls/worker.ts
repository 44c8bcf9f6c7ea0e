import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { places } from "../host/places.js";

/** A process of bench/native/worker.c: one order at a time, one answer each. */
export class Worker {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts one, which a Ctrl-C at the terminal does not reach; `programFd` becomes its descriptor 3. */
  static start(programFd: number | null = null): Worker {
    return Worker.#spawn([places.worker], programFd);
  }

  /** Starts one as the last words of a command, whose process id it has. */
  static startBy(command: readonly string[]): Worker {
    return Worker.#spawn([...command, places.worker], null);
  }

  static #spawn([file = "", ...args]: readonly string[], programFd: number | null): Worker {
    const stdio = ["pipe", "pipe", "inherit", programFd ?? "ignore"] as const;
    return new Worker(
      spawn(file, args, { stdio: [...stdio], detached: true }) as ChildProcessWithoutNullStreams,
    );
  }

  /** Process id. Throws when the worker did not start. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`Cannot start "${places.worker}": build it again`);
    return this.#child.pid;
  }

  /** Gives an order and returns its answer. Throws what the worker complains of. */
  async order(text: string): Promise<string> {
    this.#child.stdin.write(`${text}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`Cannot go on after "${text}": the worker ended`);
    if (value.startsWith("error ")) throw new Error(`Worker, at "${text}": ${value.slice("error ".length)}`);
    return value;
  }

  /** Makes it a shell command, which answers no order any more. */
  become(command: string): void {
    this.#child.stdin.end(`become ${command}\n`);
  }

  /** Ends what it became, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.stop();
  }

  /** Ends it and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.stdin.end();
    await gone;
  }
}
