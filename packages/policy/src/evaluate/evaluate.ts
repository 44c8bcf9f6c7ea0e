import type { Action, Profile, Rule, SourceLocation, VerdictDirection } from "@ringfence/model";
import { judgesQueries } from "../names/implied-rules.js";
import { combineVerdicts, type Evaluation, type RuleRef, type Verdict } from "../verdict.js";
import { type DirectionDefault, defaultFor, rulesFor } from "./direction-rules.js";
import type { FlowFacts, ProcessFacts } from "./facts.js";
import { matchesDestination } from "./matches-destination.js";
import { matchesAnyItem } from "./matches-process.js";

/**
 * Judges one flow by the words of the policy language, rule by rule. Slow and plain on purpose: it is what the
 * compiled tables and the kernel are compared with, so it shares nothing with the compiler. Unattributed traffic has
 * no process: whatever `process` says, every profile that speaks of such traffic covers it.
 */
export function evaluate(profiles: readonly Profile[], process: ProcessFacts, flow: FlowFacts): Evaluation {
  return combineVerdicts(
    judgeByName(profiles, process, flow, false),
    judgeByName(profiles, process, flow, true),
  );
}

/** An address with several names is judged as each of them alone, and may be used as the first that is allowed. */
function judgeByName(
  profiles: readonly Profile[],
  process: ProcessFacts,
  flow: FlowFacts,
  withAudited: boolean,
): Verdict {
  const { names = [], direction } = flow;
  if (direction === "query" && !judgesQueries(profiles)) return unjudged;
  const verdicts = names.map((name) => ({
    ...judge(profiles, process, { ...flow, names: [name] }, withAudited),
    name,
  }));
  const best = verdicts.find(({ action }) => action === "allow") ?? verdicts[0];
  return best ?? judge(profiles, process, flow, withAudited);
}

const unjudged: Verdict = { action: "allow", rule: null };

function judge(
  profiles: readonly Profile[],
  process: ProcessFacts,
  flow: FlowFacts,
  withAudited: boolean,
): Verdict {
  const { direction = "egress" } = flow;
  const matching = profiles.filter(
    ({ mode, subject }) =>
      (mode === "enforce" || (withAudited && mode === "audit")) &&
      (direction === "unattributed" || matchesAnyItem(subject, process, "lenient")),
  );
  return (
    firstRule(matching, "deny", process, flow, withAudited) ??
    firstRule(matching, "allow", process, flow, withAudited) ??
    firstDefault(matching, "deny", direction) ??
    firstDefault(matching, "allow", direction) ??
    unjudged
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
    for (const rule of rulesFor(profile, flow.direction ?? "egress")) {
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

function firstDefault(
  matching: readonly Profile[],
  action: Action,
  direction: VerdictDirection,
): Verdict | null {
  for (const profile of matching) {
    const found = defaultFor(profile, direction);
    if (found?.action === action) return { action, rule: defaultRef(profile, found) };
  }
  return null;
}

/** A rule as verdicts name it. */
export function ruleRef(profile: Profile, { id, action, mode, location }: Rule): RuleRef {
  return refOf(profile, id, action, mode === "audit", location);
}

/** The default of a profile as verdicts name it. */
export function defaultRef(profile: Profile, { id, action, location }: DirectionDefault): RuleRef {
  return refOf(profile, id, action, false, location);
}

function refOf(
  profile: Profile,
  ruleId: string,
  action: Action,
  audited: boolean,
  location: SourceLocation | undefined,
): RuleRef {
  const ref = { ruleId, profile: profile.name, action, audit: audited || profile.mode === "audit" };
  return location === undefined ? ref : { ...ref, location };
}
