import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";

export interface Ended {
  /** milliseconds from the start to the exit */
  readonly ms: number;
  /** what it wrote to standard output */
  readonly output: string;
}

/** Runs a command, which a Ctrl-C at the terminal does not reach. Throws when it fails, with what it said. */
export async function runToEnd(command: readonly string[], signal: AbortSignal): Promise<Ended> {
  const [file = "", ...args] = command;
  signal.throwIfAborted();
  const start = performance.now();
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let ms = Number.NaN;
  child.once("exit", () => {
    ms = performance.now() - start;
  });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  const [code, cause] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (code !== 0) {
    throw new Error(`"${command.join(" ")}" ended with ${code ?? cause}: ${Buffer.concat(complaints)}`);
  }
  return { ms, output: Buffer.concat(output).toString() };
}
