import type { Action, SourceLocation } from "@ringfence/model";

/** A rule, or the default of a profile, as a verdict names it. */
export interface RuleRef {
  /** `profile/rule-name`, `profile/egress[3]` or `profile/egress.default`. */
  readonly ruleId: string;
  readonly profile: string;
  readonly action: Action;
  /** The rule or its profile is audited, so it counts for the shadow verdict only. */
  readonly audit: boolean;
  /** A denial that ends when the agent is not heard of any more. */
  readonly endsUnattended?: true;
  readonly location?: SourceLocation;
}

/** One verdict; the rule is null when no profile's subject matches, which allows. */
export interface Verdict {
  readonly action: Action;
  readonly rule: RuleRef | null;
  /** The name that the flow was judged by; absent where its address has none. */
  readonly name?: string;
}

/** The enforced verdict, or how the shadow verdict would differ from it. */
export type Outcome = "allowed" | "denied" | "would-deny" | "would-allow";

/** Both verdicts of a flow: what happens, and what would if audited rules and profiles were enforced too. */
export interface Evaluation {
  readonly enforced: Verdict;
  readonly shadow: Verdict;
  readonly outcome: Outcome;
}

/** Names the two verdicts together. */
export function combineVerdicts(enforced: Verdict, shadow: Verdict): Evaluation {
  return { enforced, shadow, outcome: outcomeOf(enforced.action, shadow.action) };
}

function outcomeOf(enforced: Action, shadow: Action): Outcome {
  if (enforced === shadow) return enforced === "allow" ? "allowed" : "denied";
  return shadow === "deny" ? "would-deny" : "would-allow";
}
