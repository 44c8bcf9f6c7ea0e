import { writeCommented } from "../import/write-commented.js";
import type { Learned } from "./learner.js";

/** Comments of ours begin with this: they are written anew each time, and all others are left as they are. */
export const LEARNED_MARK = "learn: ";

/** A new policy file of what was learned. */
export function writeLearned({ profile, head, keys, rules }: Learned): string {
  const marked = (lines: readonly string[]) => lines.map((line) => `${LEARNED_MARK}${line}`);
  return writeCommented([
    {
      profile,
      head: marked(head),
      keys: Object.fromEntries(Object.entries(keys).map(([key, lines]) => [key, marked(lines)])),
      rules: new Map([...rules].map(([id, lines]) => [id, marked(lines)])),
    },
  ]);
}
