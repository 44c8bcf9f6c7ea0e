import type { Profile, Rule } from "@ringfence/model";
import { writeCommented } from "../import/write-commented.js";
import { ownComment } from "./comment-text.js";
import type { Learned } from "./learner.js";

type DirectionName = "egress" | "ingress";

/** A rule as it stands in a list of a policy file, without indentation. */
export function ruleLines(learned: Learned, direction: DirectionName, rule: Rule): readonly string[] {
  const lines = directionText(learned.profile, learned, direction, [rule], "deny");
  return lines.slice(lines.findIndex((line) => line.startsWith("rules:")) + 1).map((line) => line.slice(2));
}

/** What stands below a direction's key: the rules that are there, and those that were learned. */
export function directionLines(
  existing: Profile,
  learned: Learned,
  direction: DirectionName,
): readonly string[] {
  const rules = [...(existing[direction]?.rules ?? []), ...(learned.profile[direction]?.rules ?? [])];
  return directionText(existing, learned, direction, rules, existing[direction]?.default ?? "deny");
}

function directionText(
  profile: Profile,
  { rules: comments }: Learned,
  direction: DirectionName,
  rules: readonly Rule[],
  action: "allow" | "deny",
): readonly string[] {
  const text = writeCommented([
    {
      profile: { ...profile, ...only, [direction]: { default: action, rules } },
      head: [],
      keys: {},
      rules: new Map([...comments].map(([id, lines]) => [id, lines.map(ownComment)])),
    },
  ]);
  const lines = text.trimEnd().split("\n");
  return lines.slice(lines.indexOf(`  ${direction}:`) + 1).map((line) => line.slice(4));
}

/** A profile that has nothing but the direction in question. */
const only = {
  egress: null,
  ingress: null,
  listen: null,
  unattributed: null,
  names: null,
  dns: null,
} as const;
