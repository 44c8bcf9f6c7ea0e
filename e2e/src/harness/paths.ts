import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);

export const repositoryRoot = resolve(here, "../../../..");

/** The command line as a user starts it. */
export const ringfencePath = resolve(repositoryRoot, "ringfence");

/** Programs that tests run inside, by name below dist. */
export function program(path: string): string {
  return resolve(here, "../..", path);
}
