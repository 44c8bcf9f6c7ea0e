import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Fence } from "@ringfence/agent";
import type { Guardian } from "./guardians.js";

/** Descriptors that a guardian finds open; the links follow. */
export const guardianDescriptors = {
  supervisor: 3,
  events: 4,
  fence: 5,
  executables: 6,
  losses: 7,
  log: 8,
  state: 9,
  addresses: 10,
  domains: 11,
  queries: 12,
  heldEnd: 13,
} as const;

// A shell waits, in a megabyte; Node starts only when there is something left to guard.
const SCRIPT = `trap '' HUP INT QUIT TERM USR1 USR2 PIPE TSTP TTIN TTOU
if read -r word <&${guardianDescriptors.supervisor} && [ "$word" = done ]; then exit 0; fi
exec "$@"`;

/** The process outside the tree that holds the links, and takes over when the supervisor goes. */
export class GuardianProcess implements Guardian {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static start(fence: Fence, stateFd: number, logFd: number | null): GuardianProcess {
    const { object } = fence;
    const entry = fileURLToPath(new URL("./guardian.js", import.meta.url));
    const stdio = [
      "ignore" as const,
      "ignore" as const,
      "ignore" as const,
      "pipe" as const,
      object.mapFd("events"),
      object.mapFd("fence"),
      object.mapFd("executables"),
      object.mapFd("losses"),
      logFd ?? ("ignore" as const),
      stateFd,
      object.mapFd("addresses"),
      object.mapFd("domains"),
      object.mapFd("queries"),
      fence.heldEnd.fd,
      ...fence.links.map((link) => link.fd),
    ];
    const command = ["-c", SCRIPT, "ringfence-guardian", process.execPath, entry];
    const child = spawn("/bin/sh", command, { stdio, detached: true, env: {}, cwd: "/" });
    child.on("error", () => undefined); // one that did not start has no pid
    return new GuardianProcess(child);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("Cannot start the guardian: /bin/sh did not start");
    return this.#child.pid;
  }

  /** Calls back if somebody ends the guardian before it was told to go. */
  onLoss(callback: () => void): void {
    this.#child.once("exit", () => callback());
  }

  /** Ends it: nothing is left to guard. */
  async dismiss(): Promise<void> {
    this.#child.removeAllListeners("exit");
    const exited = once(this.#child, "exit");
    const pipe = this.#child.stdio[guardianDescriptors.supervisor] as Writable;
    pipe.on("error", () => this.#child.kill("SIGKILL"));
    pipe.end("done\n");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await exited;
  }

  /** Lets it take over as soon as this process ends. */
  leave(): void {
    this.#child.removeAllListeners("exit");
    this.#child.unref();
  }
}
