import { existsSync, realpathSync } from "node:fs";
import { execve, SystemError } from "@ringfence/kernel/system";

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/** The files that a command's name stands for, in the order in which to try them. */
export function candidates(name: Buffer, environment: readonly Buffer[]): Buffer[] {
  if (name.includes("/")) return [name];
  if (name.length === 0) return [];
  const entry = environment.find((variable) => variable.subarray(0, 5).toString("latin1") === "PATH=");
  const path = entry?.subarray(5).toString("latin1") ?? DEFAULT_PATH;
  return path
    .split(":")
    .map((directory) => Buffer.concat([Buffer.from(directory || ".", "latin1"), Buffer.from("/"), name]));
}

/**
 * The file that a command's name stands for, without symbolic links; null when there is none to be seen yet. Whether
 * it can be executed is for the kernel to say, later.
 */
export function resolveCommand(name: Buffer, environment: readonly Buffer[]): string | null {
  const file = candidates(name, environment).find((candidate) => existsSync(candidate));
  if (file === undefined) return null;
  try {
    // only the native variant takes a path that is not UTF-8 as it is
    return realpathSync.native(file, "buffer").toString();
  } catch {
    return null; // gone since, or not for us to resolve
  }
}

/**
 * Replaces this process by the command, found as execvp(3) finds it: a file that is no program and has no "#!" is
 * given to the shell. Throws the SystemError that a shell would report.
 */
export function executeCommand(argv: readonly Buffer[], environment: readonly Buffer[]): never {
  const [name = Buffer.alloc(0)] = argv;
  let failure: SystemError | undefined;
  for (const file of candidates(name, environment)) {
    try {
      execve(file, argv, environment);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.code === "ENOEXEC") runWithShell(file, argv, environment);
      if (error.code !== "ENOENT" && error.code !== "ENOTDIR") failure ??= error;
      else if (name.includes("/")) failure = error;
    }
  }
  throw failure ?? new SystemError("execve", 2, `execute "${name.toString()}"`);
}

function runWithShell(file: Buffer, argv: readonly Buffer[], environment: readonly Buffer[]): never {
  return execve("/bin/sh", [Buffer.from("sh"), file, ...argv.slice(1)], environment);
}
