import { type Action, egressDefaultId, type Profile, type Rule } from "@ringfence/model";
import { combineVerdicts, type Evaluation, type RuleRef, type Verdict } from "../verdict.js";
import type { FlowFacts, ProcessFacts } from "./facts.js";
import { matchesDestination } from "./matches-destination.js";
import { matchesAnyItem } from "./matches-process.js";

/**
 * Judges one flow by the words of the policy language, rule by rule. Slow and plain on purpose: it is what the
 * compiled tables and the kernel are compared with, so it shares nothing with the compiler.
 */
export function evaluate(profiles: readonly Profile[], process: ProcessFacts, flow: FlowFacts): Evaluation {
  return combineVerdicts(judge(profiles, process, flow, false), judge(profiles, process, flow, true));
}

function judge(
  profiles: readonly Profile[],
  process: ProcessFacts,
  flow: FlowFacts,
  withAudited: boolean,
): Verdict {
  const matching = profiles.filter(
    ({ mode, subject }) =>
      (mode === "enforce" || (withAudited && mode === "audit")) &&
      matchesAnyItem(subject, process, "lenient"),
  );
  return (
    firstRule(matching, "deny", process, flow, withAudited) ??
    firstRule(matching, "allow", process, flow, withAudited) ??
    firstDefault(matching, "deny") ??
    firstDefault(matching, "allow") ?? { action: "allow", rule: null }
  );
}

function firstRule(
  matching: readonly Profile[],
  action: Action,
  process: ProcessFacts,
  flow: FlowFacts,
  withAudited: boolean,
): Verdict | null {
  const belief = action === "allow" ? "strict" : "lenient";
  for (const profile of matching) {
    if (!matchesAnyItem(profile.subject, process, belief)) continue;
    for (const rule of profile.egress?.rules ?? []) {
      if (
        rule.action === action &&
        (rule.mode === "enforce" || withAudited) &&
        matchesAnyItem(rule.process, process, belief) &&
        matchesDestination(rule.destination, flow)
      ) {
        return { action, rule: ruleRef(profile, rule) };
      }
    }
  }
  return null;
}

function firstDefault(matching: readonly Profile[], action: Action): Verdict | null {
  const profile = matching.find(({ egress }) => (egress?.default ?? "allow") === action);
  return profile === undefined ? null : { action, rule: defaultRef(profile, action) };
}

function ruleRef(profile: Profile, rule: Rule): RuleRef {
  const audit = profile.mode === "audit" || rule.mode === "audit";
  const ref = { ruleId: rule.id, profile: profile.name, action: rule.action, audit };
  return rule.location === undefined ? ref : { ...ref, location: rule.location };
}

function defaultRef(profile: Profile, action: Action): RuleRef {
  const audit = profile.mode === "audit";
  const ref = { ruleId: egressDefaultId(profile.name), profile: profile.name, action, audit };
  const location = profile.egress?.location ?? profile.location;
  return location === undefined ? ref : { ...ref, location };
}
