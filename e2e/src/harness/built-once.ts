import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { repositoryRoot } from "./paths.js";

/** Where what tests compile is kept: the emulated machine reads it from this one, and would take a minute for each. */
export const builtFolder = resolve(repositoryRoot, ".cache/e2e");

/**
 * Path of a file that is made only once from the same inputs.
 * @param inputs all that decides about its content, the compiler's own version left aside: make clean forgets it
 * @param make writes it to the path that it is given
 */
export function builtOnce(inputs: readonly (string | Buffer)[], make: (path: string) => void): string {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(`${input.length}:`).update(input);
  const path = join(builtFolder, hash.digest("hex"));
  if (existsSync(path)) return path;
  mkdirSync(builtFolder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  make(unfinished);
  renameSync(unfinished, path);
  return path;
}
