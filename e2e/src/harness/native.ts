import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { builtOnce } from "./built-once.js";
import { repositoryRoot } from "./paths.js";

/** Folder of the sources. */
export const nativeFolder = resolve(repositoryRoot, "e2e/native");

/** Compiles a program of e2e/native into a folder, with clang as the benchmarks do, and returns its path. */
export function compileNative(name: string, folder: string, options?: readonly string[]): string {
  const output = join(folder, name);
  copyFileSync(nativeProgram(name, options), output);
  return output;
}

/** The same, where it is kept. */
export function nativeProgram(name: string, options: readonly string[] = ["-static"]): string {
  const source = join(nativeFolder, `${name}.c`);
  const flags = ["-O2", "-pthread", "-Wall", "-Wextra", "-Werror", ...options];
  return builtOnce([JSON.stringify(flags), readFileSync(source)], (path) => {
    execFileSync("clang", [...flags, source, "-o", path]);
  });
}
