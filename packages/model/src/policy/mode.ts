/** What a profile does: change verdicts, only tell what it would change, or nothing. */
export type Mode = "enforce" | "audit" | "off";

/** A rule inside an enforced profile may be audited on its own. */
export type RuleMode = "enforce" | "audit";

export type Action = "allow" | "deny";
