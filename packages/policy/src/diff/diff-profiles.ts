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

/** What is told of a change: each line, or only which profile it is. */
export type DiffDetail = "lines" | "names";

/** One thing that a profile says; a rule with a name keeps its key when its content changes. */
interface Statement {
  readonly key: string;
  /** the same for the same content: to write every rule as YAML would take longer than to read it */
  readonly content: string;
  readonly text: () => string;
}

interface Body {
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * What changes between two sets of profiles, by profile name, in the order of `after` and then of `before`. The order of rules
 * does not count: it decides no verdict. With "names" there are no lines.
 */
export function diffProfiles(
  before: readonly Profile[],
  after: readonly Profile[],
  detail: DiffDetail = "lines",
): readonly ProfileChange[] {
  const told = (former: Profile | null, profile: Profile | null) =>
    detail === "lines" ? changedLines(statementsOf(former), statementsOf(profile)) : [];
  const old = new Map(before.map((profile) => [profile.name, profile]));
  const names = new Set(after.map(({ name }) => name));
  const present = after.flatMap((profile): readonly ProfileChange[] => {
    const former = old.get(profile.name);
    // Most files of a folder are not read anew, and to write a thousand rules as text takes as long as to read them.
    if (former === profile) return [];
    if (former === undefined) return [{ profile: profile.name, change: "added", lines: told(null, profile) }];
    if (isSame(statementsOf(former), statementsOf(profile))) return [];
    return [{ profile: profile.name, change: "changed", lines: told(former, profile) }];
  });
  const gone = before
    .filter(({ name }) => !names.has(name))
    .map((profile) => ({
      profile: profile.name,
      change: "removed" as const,
      lines: told(profile, null),
    }));
  return [...present, ...gone];
}

function isSame(before: readonly Statement[], after: readonly Statement[]): boolean {
  const old = new Map(before.map(({ key, content }) => [key, content]));
  const kept = new Set(after.map(({ key }) => key));
  return (
    before.every(({ key }) => kept.has(key)) && after.every(({ key, content }) => old.get(key) === content)
  );
}

function changedLines(before: readonly Statement[], after: readonly Statement[]): readonly ChangedLine[] {
  const old = new Map(before.map((statement) => [statement.key, statement]));
  const kept = new Set(after.map(({ key }) => key));
  return [
    ...before.filter(({ key }) => !kept.has(key)).map(({ text }) => ({ sign: "-" as const, text: text() })),
    ...after.flatMap(({ key, content, text }): readonly ChangedLine[] => {
      const former = old.get(key);
      if (former?.content === content) return [];
      const added = { sign: "+" as const, text: text() };
      return former === undefined ? [added] : [{ sign: "-", text: former.text() }, added];
    }),
  ];
}

function statementsOf(profile: Profile | null): readonly Statement[] {
  if (profile === null) return [];
  const { spec } = profileDocument(profile) as Body;
  return Object.entries(spec).flatMap(([key, value]) => {
    if (key !== "egress" && key !== "ingress") return [statement(key, key, value)];
    const { default: action, rules } = value as {
      readonly default: string;
      readonly rules: readonly object[];
    };
    return [
      statement(`${key} default`, `${key} default`, action),
      ...rules.map((rule) =>
        statement(`${key} rule ${"name" in rule ? rule.name : JSON.stringify(rule)}`, `${key} rule`, rule),
      ),
    ];
  });
}

function statement(key: string, title: string, value: unknown): Statement {
  return { key, content: JSON.stringify(value), text: () => `${title}: ${inline(value)}` };
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}
