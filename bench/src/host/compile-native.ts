import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
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
  compile([places.emptySource], places.emptyObject, bpf);
  const sources = readdirSync(places.workerSources).map((name) => join(places.workerSources, name));
  compile(sources, places.worker, ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]);
}

function compile(sources: readonly string[], output: string, options: readonly string[]): void {
  const made = existsSync(output) ? statSync(output).mtimeMs : 0;
  if (sources.every((source) => made > statSync(source).mtimeMs)) return;
  const units = sources.filter((source) => source.endsWith(".c"));
  execFileSync("clang", ["-O2", ...options, ...units, "-o", output], { stdio: "inherit" });
}
