import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";

/** Milliseconds from the start of a command to its end. Throws when it fails, with what it said. */
export async function runToEnd(command: readonly string[], signal: AbortSignal): Promise<number> {
  const [file = "", ...args] = command;
  signal.throwIfAborted();
  const start = performance.now();
  const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"] });
  const complaints: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  const [code, cause] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  const elapsed = performance.now() - start;
  if (code !== 0) {
    throw new Error(`"${command.join(" ")}" ended with ${code ?? cause}: ${Buffer.concat(complaints)}`);
  }
  return elapsed;
}
