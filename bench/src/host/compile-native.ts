import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { places } from "./places.js";

const includeByArchitecture: Readonly<Record<string, string>> = {
  x64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
};

/** Compiles the benchmark's own C, unless that was done since it changed. */
export function compileNative(): void {
  mkdirSync(places.cache, { recursive: true });
  const include = `/usr/include/${includeByArchitecture[process.arch] ?? process.arch}`;
  const bpf = ["-target", "bpf", "-mcpu=v3", "-g", `-I${include}`, "-c"];
  compile(places.emptySource, places.emptyObject, bpf);
  compile(places.workerSource, places.worker, ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]);
}

function compile(source: string, output: string, options: readonly string[]): void {
  if (existsSync(output) && statSync(output).mtimeMs > statSync(source).mtimeMs) return;
  execFileSync("clang", ["-O2", ...options, source, "-o", output], { stdio: "inherit" });
}
