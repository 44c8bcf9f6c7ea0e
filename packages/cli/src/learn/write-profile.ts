import { renameSync, writeFileSync } from "node:fs";
import { type Learned, lineDiff, mergeLearned, writeLearned } from "@ringfence/policy/learn";
import type { ExistingProfile } from "./existing-profile.js";

/**
 * Writes a new file, or merges with one, which is replaced as a whole. Returns what is to be printed: the difference to what was
 * there.
 */
export function writeProfile(
  path: string,
  existing: ExistingProfile | null,
  learned: Learned,
  diffOnly: boolean,
): string {
  const text =
    existing === null ? writeLearned(learned) : mergeLearned(existing.text, existing.profile, learned);
  if (!diffOnly && text !== existing?.text) {
    writeFileSync(`${path}.new`, text, { mode: 0o644 });
    renameSync(`${path}.new`, path);
  }
  return existing === null && !diffOnly ? "" : lineDiff(existing?.text ?? "", text);
}
