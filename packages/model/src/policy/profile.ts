import type { SourceLocation } from "../errors/source-location.js";
import type { Destination } from "./destination.js";
import type { Action, Mode, RuleMode } from "./mode.js";
import type { ProcessCondition } from "./process-condition.js";

/** One allow or deny. */
export interface Rule {
  /** `profile/rule-name`, or `profile/egress[3]` for the fourth rule when it has no name. */
  readonly id: string;
  readonly action: Action;
  readonly mode: RuleMode;
  /** Narrows the subject: one of the items must match; null when the rule is for the whole subject. */
  readonly process: readonly ProcessCondition[] | null;
  readonly destination: Destination;
  readonly location?: SourceLocation;
}

/** What a profile says about one direction. */
export interface Direction {
  readonly default: Action;
  readonly rules: readonly Rule[];
  /** Where the default stands. */
  readonly location?: SourceLocation;
}

/** A SecurityProfile with names resolved to numbers. */
export interface Profile {
  readonly name: string;
  readonly mode: Mode;
  /** One of the items must match; null means every process in scope. */
  readonly subject: readonly ProcessCondition[] | null;
  /** Null when the profile does not govern outgoing traffic, which then counts as allowed. */
  readonly egress: Direction | null;
  readonly location?: SourceLocation;
}

/** The identity of the egress default of a profile, as verdicts name it. */
export function egressDefaultId(profile: string): string {
  return `${profile}/egress.default`;
}
