import { writeCommented } from "../import/write-commented.js";
import { ownComment } from "./comment-text.js";
import type { Learned } from "./learner.js";

/** A new policy file of what was learned. */
export function writeLearned({ profile, head, keys, rules }: Learned): string {
  const marked = (lines: readonly string[]) => lines.map(ownComment);
  return writeCommented([
    {
      profile,
      head: marked(head),
      keys: Object.fromEntries(Object.entries(keys).map(([key, lines]) => [key, marked(lines)])),
      rules: new Map([...rules].map(([id, lines]) => [id, marked(lines)])),
    },
  ]);
}
