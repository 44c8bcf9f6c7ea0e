import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const packageRoot = resolve(fileURLToPath(import.meta.url), "../../..");
const includeByArchitecture: Readonly<Record<string, string>> = {
  x64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
};

/** Compiles testdata/NAME.bpf.c with clang, unless that was done since it changed; returns the object's path. */
export function compileBpf(name: string): string {
  const source = join(packageRoot, "testdata", `${name}.bpf.c`);
  const cache = resolve(packageRoot, "../../.cache/kernel-testdata");
  const object = join(cache, `${name}.bpf.o`);
  if (existsSync(object) && statSync(object).mtimeMs > statSync(source).mtimeMs) return object;
  mkdirSync(cache, { recursive: true });
  const include = `/usr/include/${includeByArchitecture[process.arch] ?? process.arch}`;
  // written aside and renamed: test files run in parallel
  const temporary = `${object}.${process.pid}`;
  // v3: with 64-bit registers only, clang leaves garbage above a u32 argument, and an inlined bpf_loop sees it
  const options = ["-O2", "-g", "-target", "bpf", "-mcpu=v3", `-I${include}`, "-c", source, "-o", temporary];
  execFileSync("clang", options, { stdio: ["ignore", "inherit", "inherit"] });
  renameSync(temporary, object);
  return object;
}
