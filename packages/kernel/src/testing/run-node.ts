import { type StdioOptions, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = pathToFileURL(resolve(fileURLToPath(import.meta.url), "../..")).href;

export interface NodeResult {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly output: readonly Buffer[];
}

export interface NodeOptions {
  /** command that node is run by, such as ["ip", "netns", "exec", "x"] */
  readonly via?: readonly string[];
  readonly stdio?: StdioOptions;
}

/**
 * Runs a module in a Node of its own, for calls that change or end the process.
 * `kernel` and `system` stand for this package's two entry points.
 */
export function runNode(module: string, { via = [], stdio = "pipe" }: NodeOptions = {}): NodeResult {
  const imports =
    `import * as system from "${dist}/system/index.js";\n` +
    (module.includes("kernel.") ? `import * as kernel from "${dist}/index.js";\n` : "");
  const command = [...via, process.execPath, "--input-type=module", "-e", imports + module];
  const [file = process.execPath, ...args] = command;
  const result = spawnSync(file, args, { stdio, timeout: 30_000 });
  return {
    status: result.status,
    signal: result.signal,
    stdout: String(result.stdout ?? ""),
    stderr: String(result.stderr ?? ""),
    output: (result.output ?? []).map((part) => part ?? Buffer.alloc(0)),
  };
}
