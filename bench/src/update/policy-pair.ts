import type { CompileOptions } from "@ringfence/policy";
import { manyPrefixes } from "../rules/many-prefixes.js";
import { realisticRules } from "../rules/realistic.js";
import type { RuleSet } from "../rules/rule.js";

/** Two policies of one size that differ in what they say of the benchmark's own flows. */
export interface PolicyPair {
  readonly title: string;
  readonly allowing: RuleSet;
  readonly denying: RuleSet;
}

export const compileOptions: CompileOptions = { workloads: [] };

const counts = [10, 1000, 10_000] as const;
const prefixCount = 100_000;

/** Every size that is replaced. */
export function policyPairs(cgroupOf: (index: number) => string): readonly PolicyPair[] {
  const rules = counts.map((count) => ({
    title: `${count.toLocaleString("en")} rules`,
    allowing: realisticRules(count, cgroupOf, "allow"),
    denying: realisticRules(count, cgroupOf, "deny"),
  }));
  const prefixes = {
    title: `${prefixCount.toLocaleString("en")} prefixes`,
    allowing: manyPrefixes(prefixCount, "allow"),
    denying: manyPrefixes(prefixCount, "deny"),
  };
  return [...rules, prefixes];
}
