import { layout } from "@ringfence/kernel";
import type { ReportOutcome } from "@ringfence/model";
import type { PolicyNames } from "./policy-names.js";

const { RF_DENY } = layout.rf_action;

/** The part of a flow's key that holds the verdict. */
export interface RawVerdict {
  readonly generation: number;
  readonly bit: number;
  readonly shadow_bit: number;
  readonly action: number;
  readonly shadow_action: number;
}

export interface NamedVerdict {
  readonly outcome: ReportOutcome;
  readonly action: "allow" | "deny";
  readonly wouldBe: "allow" | "deny";
  readonly rule: string | null;
  /** null when it is the same rule */
  readonly shadowRule: string | null;
  readonly mode: "enforce" | "audit";
}

/** Names the rules behind a verdict's bits. */
export function nameVerdict(verdict: RawVerdict, policies: PolicyNames): NamedVerdict {
  const denied = verdict.action === RF_DENY;
  const wouldDeny = verdict.shadow_action === RF_DENY;
  const bits = policies.bitsOf(verdict.generation);
  const rule = bits[verdict.bit]?.ruleId ?? null;
  const shadowRule = bits[verdict.shadow_bit]?.ruleId ?? null;
  const same = denied === wouldDeny;
  return {
    outcome: same ? (denied ? "denied" : "allowed") : wouldDeny ? "would-deny" : "would-allow",
    action: denied ? "deny" : "allow",
    wouldBe: wouldDeny ? "deny" : "allow",
    rule,
    shadowRule: shadowRule === rule ? null : shadowRule,
    mode: same ? "enforce" : "audit",
  };
}
