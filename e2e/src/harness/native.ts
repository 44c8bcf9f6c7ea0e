import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { repositoryRoot } from "./paths.js";

/** Compiles a program of e2e/native into a folder, with clang as the benchmarks do, and returns its path. */
export function compileNative(
  name: string,
  folder: string,
  options: readonly string[] = ["-static"],
): string {
  const output = join(folder, name);
  const source = resolve(repositoryRoot, `e2e/native/${name}.c`);
  const warnings = ["-Wall", "-Wextra", "-Werror"];
  execFileSync("clang", ["-O2", "-pthread", ...warnings, ...options, source, "-o", output]);
  return output;
}
