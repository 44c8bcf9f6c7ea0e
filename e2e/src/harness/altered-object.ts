import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { repositoryRoot } from "./paths.js";

/** Path of the BPF object that a run loads. */
export const objectPath = resolve(repositoryRoot, "bpf/build/ringfence.bpf.o");

/** A change to one source of the BPF object: `from` must be there. An empty `from` stands for the end of the file. */
export interface SourceEdit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Compiles the BPF object from changed sources, in a folder of the caller's, and returns its path. */
export function alteredObject(folder: string, edits: readonly SourceEdit[]): string {
  const copy = join(folder, "bpf");
  cpSync(resolve(repositoryRoot, "bpf"), copy, { recursive: true });
  for (const { file, from, to } of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) throw new Error(`Cannot alter "${file}": it does not hold "${from}"`);
    writeFileSync(path, from === "" ? `${text}\n${to}\n` : text.replace(from, to));
  }
  execFileSync("make", ["-s", "-C", copy, "build/ringfence.bpf.o"]);
  return join(copy, "build/ringfence.bpf.o");
}

/** Words that start a program which finds another file in place of the BPF object. */
export function withObject(path: string): string[] {
  return ["unshare", "--mount", "sh", "-c", `mount --bind "$0" "${objectPath}" && exec "$@"`, path];
}
