import type { SourceLocation } from "../errors/source-location.js";
import type { Destination, PortRange } from "./destination.js";
import type { Dns, NameTimes } from "./dns.js";
import type { VerdictDirection } from "./flow-direction.js";
import type { Action, Mode, RuleMode } from "./mode.js";
import type { ProcessCondition } from "./process-condition.js";

/** One allow or deny. */
export interface Rule {
  /** `profile/rule-name`, or `profile/egress[3]` for the fourth rule of that direction when it has no name. */
  readonly id: string;
  readonly action: Action;
  readonly mode: RuleMode;
  /** Narrows the subject: one of the items must match; null when the rule is for the whole subject. */
  readonly process: readonly ProcessCondition[] | null;
  /** The other end and the ports; for an ingress rule the source, and the ports of this machine. */
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

/** Who may listen, and bind UDP, where: every other port is refused. */
export interface Listen {
  /** Empty for `none`. */
  readonly ports: readonly PortRange[];
  readonly location?: SourceLocation;
}

/** What happens to traffic of no process. */
export interface Unattributed {
  readonly action: Action;
  readonly location?: SourceLocation;
}

/** A SecurityProfile with names resolved to numbers. */
export interface Profile {
  readonly name: string;
  readonly mode: Mode;
  /** What becomes of its denials once the agent that put it in force has not been heard of for a while: absent, they stay. */
  readonly onAgentDeath?: "open";
  /** One of the items must match; null means every process in scope. */
  readonly subject: readonly ProcessCondition[] | null;
  /** Null when the profile does not govern outgoing traffic, which then counts as allowed. */
  readonly egress: Direction | null;
  /** The same for what comes in. */
  readonly ingress: Direction | null;
  /** Null when the profile does not govern listening, which then counts as allowed. */
  readonly listen: Listen | null;
  /** Null unless said; only a profile whose subject is the host may say it. */
  readonly unattributed: Unattributed | null;
  /** Null for the usual. */
  readonly names: NameTimes | null;
  /** Null when the profile says nothing about DNS beside the names in its rules. */
  readonly dns: Dns | null;
  readonly location?: SourceLocation;
}

/** The identity of what decides where no rule does, as verdicts name it: `profile/egress.default`. */
export function directionDefaultId(profile: string, direction: VerdictDirection): string {
  if (direction === "query") return `${profile}/dns.queries`;
  return direction === "unattributed" ? `${profile}/unattributed` : `${profile}/${direction}.default`;
}

/** The identity of what `listen` allows, as verdicts name it. */
export function listenId(profile: string): string {
  return `${profile}/listen`;
}
