import type { ProfileChange } from "@ringfence/policy/diff";

const signs = { added: "+", removed: "-", changed: "~" } as const;

/** What changes, profile by profile, rule by rule. */
export function renderChanges(changes: readonly ProfileChange[]): string {
  if (changes.length === 0) return "nothing changes\n";
  return changes
    .map(({ profile, change, lines }) =>
      [
        `${signs[change]} profile ${profile} (${change})`,
        ...lines.map(({ sign, text }) => `  ${sign} ${text}`),
      ].join("\n"),
    )
    .join("\n")
    .concat("\n");
}
