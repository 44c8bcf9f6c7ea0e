import type { Profile } from "@ringfence/model";
import { stringify } from "yaml";
import { profileDocument } from "../write/policy-yaml.js";

/** One line of a difference: added, removed, or the same rule with another content, old and new. */
export interface ChangedLine {
  readonly sign: "+" | "-";
  readonly text: string;
}

/** How a profile differs between two sets of profiles. */
export interface ProfileChange {
  readonly profile: string;
  readonly change: "added" | "removed" | "changed";
  readonly lines: readonly ChangedLine[];
}

/** One thing that a profile says; a rule with a name keeps its key when its content changes. */
interface Statement {
  readonly key: string;
  readonly text: string;
}

interface Body {
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * What changes between two sets of profiles, by profile name, in the order of `after` and then of `before`. The order of rules
 * does not count: it decides no verdict.
 */
export function diffProfiles(
  before: readonly Profile[],
  after: readonly Profile[],
): readonly ProfileChange[] {
  const old = new Map(before.map((profile) => [profile.name, profile]));
  const names = new Set(after.map(({ name }) => name));
  const present = after.flatMap((profile): readonly ProfileChange[] => {
    const former = old.get(profile.name);
    // Most files of a folder are not read anew, and to write a thousand rules as text takes as long as to read them.
    if (former === profile) return [];
    const lines = changedLines(former === undefined ? [] : statementsOf(former), statementsOf(profile));
    if (former === undefined) return [{ profile: profile.name, change: "added", lines }];
    return lines.length === 0 ? [] : [{ profile: profile.name, change: "changed", lines }];
  });
  const gone = before
    .filter(({ name }) => !names.has(name))
    .map((profile) => ({
      profile: profile.name,
      change: "removed" as const,
      lines: changedLines(statementsOf(profile), []),
    }));
  return [...present, ...gone];
}

function changedLines(before: readonly Statement[], after: readonly Statement[]): readonly ChangedLine[] {
  const old = new Map(before.map(({ key, text }) => [key, text]));
  const kept = new Set(after.map(({ key }) => key));
  return [
    ...before.filter(({ key }) => !kept.has(key)).map(({ text }) => ({ sign: "-" as const, text })),
    ...after.flatMap(({ key, text }): readonly ChangedLine[] => {
      const former = old.get(key);
      if (former === text) return [];
      const added = { sign: "+" as const, text };
      return former === undefined ? [added] : [{ sign: "-", text: former }, added];
    }),
  ];
}

function statementsOf(profile: Profile): readonly Statement[] {
  const { spec } = profileDocument(profile) as Body;
  return Object.entries(spec).flatMap(([key, value]) => {
    if (key !== "egress" && key !== "ingress") return [{ key, text: `${key}: ${inline(value)}` }];
    const { default: action, rules } = value as {
      readonly default: string;
      readonly rules: readonly object[];
    };
    return [
      { key: `${key} default`, text: `${key} default: ${action}` },
      ...rules.map((rule) => {
        const text = `${key} rule: ${inline(rule)}`;
        return { key: "name" in rule ? `${key} rule ${rule.name}` : text, text };
      }),
    ];
  });
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}
