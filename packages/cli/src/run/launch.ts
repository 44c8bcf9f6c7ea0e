import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, read, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sendDescriptors, socketPair } from "@ringfence/kernel/system";
import { RingfenceError } from "@ringfence/model";
import type { LaunchFailure, LaunchOrder } from "./launch-order.js";

const readAsync = promisify(read);

/** The process that becomes the command. It starts while the fence is made, and waits for its order. */
export class Launcher {
  readonly child: ChildProcess;
  readonly #socket: number;

  private constructor(child: ChildProcess, socket: number) {
    this.child = child;
    this.#socket = socket;
  }

  static start(): Launcher {
    const [ours, theirs] = socketPair();
    const entry = fileURLToPath(new URL("./launcher.js", import.meta.url));
    const child = spawn(process.execPath, [entry], {
      stdio: ["inherit", "inherit", "inherit", theirs],
      env: {},
    });
    closeSync(theirs);
    return new Launcher(child, ours);
  }

  /**
   * Gives the order and waits until the command runs. Throws RF_COMMAND_NOT_FOUND, RF_COMMAND_NOT_EXECUTABLE for
   * the command's faults and RF_LAUNCH_FAILED for ours; then nothing of the command ran.
   */
  async launch(order: LaunchOrder, enterFd: number, pinsFd: number): Promise<void> {
    this.#send(order, enterFd, pinsFd);
    const answer = (await this.#readAll()).trim();
    closeSync(this.#socket);
    if (answer !== "") throw failureOf(JSON.parse(answer) as LaunchFailure, order);
  }

  /** A signal may have ended the launcher already; its exit status tells. */
  #send(order: LaunchOrder, enterFd: number, pinsFd: number): void {
    const bytes = Buffer.from(`${JSON.stringify(order)}\n`);
    try {
      sendDescriptors(this.#socket, [enterFd, pinsFd]);
      for (let sent = 0; sent < bytes.length; ) sent += writeSync(this.#socket, bytes, sent);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EPIPE" && code !== "ECONNRESET") throw error;
    }
  }

  async #readAll(): Promise<string> {
    const chunks: Buffer[] = [];
    const chunk = Buffer.alloc(4096);
    for (;;) {
      const { bytesRead } = await readAsync(this.#socket, chunk, 0, chunk.length, null);
      if (bytesRead === 0) return Buffer.concat(chunks).toString();
      chunks.push(Buffer.from(chunk.subarray(0, bytesRead)));
    }
  }
}

function failureOf({ at, code, message }: LaunchFailure, order: LaunchOrder): RingfenceError {
  const name = Buffer.from(order.argv[0] ?? "", "base64").toString();
  if (at === "launch") return new RingfenceError("RF_LAUNCH_FAILED", message);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new RingfenceError("RF_COMMAND_NOT_FOUND", `Cannot run "${name}": not found`, {
      hint: "check the spelling and PATH",
    });
  }
  return new RingfenceError("RF_COMMAND_NOT_EXECUTABLE", `Cannot run "${name}": ${reasonOf(code)}`, {
    hint: "check the file's mode and format",
  });
}

function reasonOf(code: string): string {
  return code === "EACCES" ? "permission denied" : code === "ENOEXEC" ? "not an executable format" : code;
}
