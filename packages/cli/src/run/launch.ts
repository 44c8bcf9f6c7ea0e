import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { RingfenceError } from "@ringfence/model";
import type { LaunchFailure, LaunchOrder } from "./launch-order.js";
import { launchDescriptors } from "./launch-order.js";

/** The process that becomes the command: it waits for its order. */
export function startLauncher(enterFd: number, pinsFd: number | null): ChildProcess {
  const entry = fileURLToPath(new URL("./launcher.js", import.meta.url));
  return spawn(process.execPath, [entry], {
    stdio: ["inherit", "inherit", "inherit", "pipe", enterFd, pinsFd ?? "ignore"],
    env: {},
  });
}

/**
 * Gives the order and waits until the command runs. Throws RF_COMMAND_NOT_FOUND, RF_COMMAND_NOT_EXECUTABLE for the
 * command's faults and RF_LAUNCH_FAILED for ours; then nothing of the command ran.
 */
export async function launch(child: ChildProcess, order: LaunchOrder): Promise<void> {
  const channel = child.stdio[launchDescriptors.orders] as Duplex;
  channel.write(`${JSON.stringify(order)}\n`);
  const answer = (await readAll(channel)).trim();
  if (answer !== "") throw failureOf(JSON.parse(answer) as LaunchFailure, order);
}

async function readAll(channel: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of channel) chunks.push(chunk as Buffer);
  } catch (error) {
    // the other end went away at execve with our line half read: the exit of the child tells the rest
    if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
  }
  return Buffer.concat(chunks).toString();
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
