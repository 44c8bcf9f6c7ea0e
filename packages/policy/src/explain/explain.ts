import type { Profile, Rule } from "@ringfence/model";
import { defaultFor, rulesFor } from "../evaluate/direction-rules.js";
import { defaultRef, evaluate, ruleRef } from "../evaluate/evaluate.js";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";
import { judgesQueries } from "../names/implied-rules.js";
import type { Evaluation, RuleRef } from "../verdict.js";
import type { Explanation, ProfileExplanation, RuleExplanation, Sight } from "./explanation.js";
import { destinationMismatches, processMismatches } from "./mismatches.js";

/**
 * Judges a flow with `evaluate` and says why: what became of each rule, and which keys ruled it out. Rules that come
 * after the one that decides are looked at as well. An address with several live names is looked at by the one that it was
 * judged by.
 */
export function explain(profiles: readonly Profile[], process: ProcessFacts, flow: FlowFacts): Explanation {
  const evaluation = evaluate(profiles, process, flow);
  const isJudged = flow.direction !== "query" || judgesQueries(profiles);
  return {
    evaluation,
    profiles: profiles.map((profile) => explainProfile(profile, process, flow, evaluation, isJudged)),
  };
}

function explainProfile(
  profile: Profile,
  process: ProcessFacts,
  flow: FlowFacts,
  evaluation: Evaluation,
  isJudged: boolean,
): ProfileExplanation {
  const { direction = "egress" } = flow;
  // Traffic of no process is judged by every profile that speaks of it.
  const subject =
    direction === "unattributed" ? [] : processMismatches("subject", profile.subject, process, "lenient");
  if (profile.mode === "off" || subject.length > 0 || !isJudged) return { profile, subject, rules: [] };
  const rules = rulesFor(profile, direction);
  const inOrder = [...rules.filter(isDeny), ...rules.filter((rule) => !isDeny(rule))];
  const byDefault = defaultFor(profile, direction);
  const defaults = byDefault === null ? [] : [defaultRef(profile, byDefault)];
  return {
    profile,
    subject,
    rules: [
      ...inOrder.map((rule) => explainRule(profile, rule, process, flowFor(rule, flow, evaluation))),
      ...defaults.map((ref) => ({ ref, isDefault: true, mismatches: [] })),
    ].map((entry) => ({ ...entry, ...standing(entry, evaluation) })),
  };
}

/** The flow by the name of the verdict that the rule decides, if it decides one: the two may go by different names. */
function flowFor({ id }: Rule, flow: FlowFacts, { enforced, shadow }: Evaluation): FlowFacts {
  const { name } = shadow.rule?.ruleId === id && enforced.rule?.ruleId !== id ? shadow : enforced;
  return name === undefined ? flow : { ...flow, names: [name] };
}

function explainRule(profile: Profile, rule: Rule, process: ProcessFacts, flow: FlowFacts) {
  // An allow believes trusted paths only, also for belonging to the subject.
  const belief = rule.action === "allow" ? "strict" : "lenient";
  return {
    ref: ruleRef(profile, rule),
    isDefault: false,
    mismatches: [
      ...processMismatches("subject", profile.subject, process, belief),
      ...processMismatches("process", rule.process, process, belief),
      ...destinationMismatches(rule.destination, flow),
    ],
  };
}

/** A rule that matches and does not decide was overruled: only what decides first is looked for. */
function standing(
  { ref, mismatches }: Pick<RuleExplanation, "ref" | "mismatches">,
  { enforced, shadow }: Evaluation,
): Pick<RuleExplanation, "decides" | "overruledBy"> {
  const deciders: readonly (readonly [Sight, RuleRef | null])[] = [
    ["enforced", ref.audit ? null : enforced.rule],
    ["shadow", shadow.rule],
  ];
  const decides = deciders.filter(([, rule]) => rule?.ruleId === ref.ruleId).map(([sight]) => sight);
  if (mismatches.length > 0) return { decides, overruledBy: [] };
  const others = deciders.flatMap(([, rule]) => (rule === null || rule.ruleId === ref.ruleId ? [] : [rule]));
  return { decides, overruledBy: others.filter(({ ruleId }, i) => ruleId !== others[i - 1]?.ruleId) };
}

function isDeny({ action }: Rule): boolean {
  return action === "deny";
}
