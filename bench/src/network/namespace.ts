import { execFileSync } from "node:child_process";
import { Worker } from "../calls/worker.js";
import type { Cleanup } from "../host/cleanup.js";

const LIMIT_MS = 60_000;
const MOST_OUTPUT_BYTES = 1 << 20;

/** A network namespace that lives as long as the worker in it, so that nothing of it can stay behind. */
export class NetworkNamespace {
  readonly holder: Worker;

  private constructor(holder: Worker) {
    this.holder = holder;
  }

  /** Makes one with loopback up. `cleanup` takes it down. */
  static async create(cleanup: Cleanup): Promise<NetworkNamespace> {
    const holder = Worker.start();
    cleanup.add(() => holder.stop());
    await holder.order("isolate");
    const namespace = new NetworkNamespace(holder);
    namespace.run(["ip", "link", "set", "lo", "up"]);
    return namespace;
  }

  /** The order that brings another worker here. */
  get joining(): string {
    return `join ${this.holder.pid}`;
  }

  /** Makes every address of 10.0.0.0/8 one of its own. */
  ownTen(): void {
    this.run(["ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo"]);
  }

  /** The words before a command that runs in it. */
  get entering(): readonly [string, string] {
    return ["nsenter", `--net=/proc/${this.holder.pid}/ns/net`];
  }

  /** Runs a command in it. Throws when it fails, with what it said. */
  run(command: readonly string[], input = ""): void {
    const [file, into] = this.entering;
    execFileSync(file, [into, ...command], {
      input,
      stdio: ["pipe", "ignore", "pipe"],
      timeout: LIMIT_MS,
      maxBuffer: MOST_OUTPUT_BYTES,
    });
  }
}
