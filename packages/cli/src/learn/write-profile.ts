import { existsSync, writeFileSync } from "node:fs";
import { type Learned, writeLearned } from "@ringfence/policy/learn";

/** Writes the profile, and returns what is to be printed about it. */
export function writeProfile(path: string, learned: Learned, diffOnly: boolean): string {
  void existsSync;
  if (!diffOnly) writeFileSync(path, writeLearned(learned), { mode: 0o644 });
  return "";
}
