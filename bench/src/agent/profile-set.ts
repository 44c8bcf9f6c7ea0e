import { policyText } from "../rules/policy-text.js";
import { realisticRules } from "../rules/realistic.js";

/** Folders of profiles that are compared: how many files with how many rules together. */
export const profileSets = {
  few: { profiles: 1, rules: 10 },
  one: { profiles: 1, rules: 10_000 },
  many: { profiles: 200, rules: 1000 },
  large: { profiles: 200, rules: 10_000 },
} as const;
export type ProfileSetName = keyof typeof profileSets;

/** One of them in words: "200 profiles with 10,000 rules". */
export function setTitle(name: ProfileSetName): string {
  const { profiles, rules } = profileSets[name];
  return `${profiles} profile${profiles === 1 ? "" : "s"} with ${rules.toLocaleString("en")} rules`;
}

/** The files of a folder, by name. Together they are the realistic rules, each file the next part of them. */
export function profileFiles(
  name: ProfileSetName,
  cgroupOf: (index: number) => string,
): ReadonlyMap<string, string> {
  const { profiles, rules } = profileSets[name];
  const set = realisticRules(rules, cgroupOf);
  const size = rules / profiles;
  return new Map(
    Array.from({ length: profiles }, (_, index) => {
      const part = {
        ...set,
        name: `part-${index}`,
        rules: set.rules.slice(index * size, (index + 1) * size),
      };
      return [`part-${String(index).padStart(3, "0")}.yaml`, policyText(part)];
    }),
  );
}
