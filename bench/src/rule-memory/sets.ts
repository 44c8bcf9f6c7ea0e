import { manyPrefixes } from "../rules/many-prefixes.js";
import { realisticRules } from "../rules/realistic.js";
import type { RuleSet } from "../rules/rule.js";

/** Sizes that are compared, by name; each with the number of rules or prefixes in it. */
export const setSizes = { few: 10, thousand: 1000, "ten-thousand": 10_000, prefixes: 100_000 } as const;
export type SetName = keyof typeof setSizes;

/** What one size takes. */
export interface Measured {
  /** bytes of all maps of a run */
  readonly maps: number;
  /** MiB that its supervisor has in memory */
  readonly rss: number;
}

/** The set of that name. */
export function setOf(name: SetName, cgroupOf: (index: number) => string): RuleSet {
  return name === "prefixes" ? manyPrefixes(setSizes.prefixes) : realisticRules(setSizes[name], cgroupOf);
}
