import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import type { Writable } from "node:stream";

export interface ProcessOptions {
  /** what it reads; null leaves its input open, to be written by onStart */
  readonly input?: string | null;
  /** "latin1" keeps the bytes of what is no text */
  readonly encoding?: "utf8" | "latin1";
  /** the whole environment; this process's own unless given */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdio?: StdioOptions;
  /** words before the program, such as ["setsid"] */
  readonly via?: readonly string[];
  /** called once it runs */
  readonly onStart?: (child: ChildProcess) => void;
}

export interface FinishedProcess {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with this process's servers still answering meanwhile. */
export async function runProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<FinishedProcess> {
  const { input, encoding = "utf8", env = process.env, cwd, stdio = "pipe", via = [], onStart } = options;
  const [first = file, ...rest] = [...via, file, ...args];
  const child = spawn(first, rest, { env, cwd, stdio });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding(encoding).on("data", (text: string) => {
      output[name] += text;
    });
  }
  endInput(child.stdin, input);
  const ended = new Promise<Pick<FinishedProcess, "code" | "signal">>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  onStart?.(child);
  const { code, signal } = await ended;
  await outputRead(child);
  return { pid: child.pid ?? 0, code, signal, ...output };
}

function endInput(stdin: Writable | null, input: string | null = ""): void {
  stdin?.on("error", () => undefined); // it ended without reading what was meant for it
  if (input !== null) stdin?.end(input);
}

/** What is left in the pipes; a descendant that lives on may hold them open, so nobody waits for their end. */
async function outputRead(child: ChildProcess): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.readableEnded);
  const ended = Promise.all(open.map((stream) => new Promise((resolve) => stream?.once("end", resolve))));
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise((resolve) => {
    timer = setTimeout(resolve, 300);
  });
  await Promise.race([ended, enough]);
  clearTimeout(timer);
  for (const stream of open) stream?.destroy();
}
