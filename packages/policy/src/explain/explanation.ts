import type { ProcessCondition, Profile } from "@ringfence/model";
import type { Evaluation, RuleRef } from "../verdict.js";

/** A key that does not hold for the flow, and so keeps a rule or a whole profile out. */
export interface Mismatch {
  readonly part: "subject" | "process" | "destination";
  /** Which of several alternatives has the key, from 0; null where there is only one. */
  readonly item: number | null;
  readonly key: keyof ProcessCondition | DestinationKey;
  /** The mismatch in words, such as "uid 1000 is not 0". */
  readonly reason: string;
}

/** A key of a destination or a source, as the policy file has it in its direction. */
export type DestinationKey = "protocol" | "ports" | "to" | "localPorts" | "from" | "listen";

/** Which of the two verdicts of a flow. */
export type Sight = "enforced" | "shadow";

/** What became of one rule, or of a default, which nothing rules out. */
export interface RuleExplanation {
  readonly ref: RuleRef;
  readonly isDefault: boolean;
  /** Empty when the rule matches. For a rule with alternatives: what is wrong with each. */
  readonly mismatches: readonly Mismatch[];
  readonly decides: readonly Sight[];
  /** What decided before it could, where it matches and counts. */
  readonly overruledBy: readonly RuleRef[];
}

/** What one profile had to say. */
export interface ProfileExplanation {
  readonly profile: Profile;
  /** Empty when the subject matches. */
  readonly subject: readonly Mismatch[];
  /**
   * Those of the flow's direction in the order in which they decide, the default last. Empty when the profile is off,
   * when its subject differs, and when it does not speak of traffic of no process or nobody does of queries.
   */
  readonly rules: readonly RuleExplanation[];
}

/** A verdict with everything that was weighed for it. */
export interface Explanation {
  readonly evaluation: Evaluation;
  readonly profiles: readonly ProfileExplanation[];
}
