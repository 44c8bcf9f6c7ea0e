import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type AlteredObject, alteredObjects, type SourceEdit } from "./altered-objects.js";
import { builtOnce } from "./built-once.js";
import { repositoryRoot } from "./paths.js";

const sources = resolve(repositoryRoot, "bpf");
const built = "build/ringfence.bpf.o";

/** Path of the BPF object that a run loads. */
export const objectPath = join(sources, built);

/** Path of the BPF object as it comes out of changed sources. */
export function alteredObject(name: AlteredObject): string {
  const edits: readonly SourceEdit[] = alteredObjects[name];
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[ch]$|Makefile$/.test(file))
    .toSorted();
  const texts = files.flatMap((file) => [file, readFileSync(join(sources, file))]);
  return builtOnce([JSON.stringify(edits), ...texts], (path) => compile(edits, path));
}

function compile(edits: readonly SourceEdit[], path: string): void {
  const copy = mkdtempSync(join(tmpdir(), "ringfence-altered-"));
  try {
    cpSync(sources, copy, { recursive: true });
    rmSync(join(copy, "build"), { recursive: true, force: true });
    for (const edit of edits) alter(join(copy, edit.file), edit);
    execFileSync("make", ["-s", "-C", copy, built]);
    copyFileSync(join(copy, built), path);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function alter(path: string, { file, from, to }: SourceEdit): void {
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`Cannot alter "${file}": it does not hold "${from}"`);
  writeFileSync(path, from === "" ? `${text}\n${to}\n` : text.replace(from, to));
}

/** Words that start a program which finds another file in place of the BPF object. */
export function withObject(path: string): string[] {
  return ["unshare", "--mount", "sh", "-c", `mount --bind "$0" "${objectPath}" && exec "$@"`, path];
}
