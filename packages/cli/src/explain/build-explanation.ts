import type { ProfilesRead } from "@ringfence/agent/policy";
import {
  EXPLAIN_SCHEMA,
  type ExplainedMismatch,
  type ExplainedRule,
  type ExplanationDocument,
  formatAddress,
} from "@ringfence/model";
import {
  askedFacts,
  completeProcess,
  type Evaluation,
  explain,
  factOfKey,
  formatFlowLine,
  lineFlowOf,
  type Mismatch,
  type ProcessFacts,
  type ProfileExplanation,
  type RuleRef,
  type Verdict,
} from "@ringfence/policy";
import type { Question } from "./question.js";
import { SourceLines } from "./source-lines.js";

/** Answers a question by a policy, as `ringfence explain --json` prints it. */
export function buildExplanation(question: Question, policy: ProfilesRead): ExplanationDocument {
  const { process, assumed } = completeProcess(question.given);
  const { flow, gaps } = question;
  const { evaluation, profiles } = explain(policy.profiles, process, flow);
  const lines = new SourceLines(policy.files);
  const { direction = "egress" } = flow;
  const isOfProcess = direction !== "unattributed";
  const asked = askedFacts(policy.profiles, direction);
  return {
    schema: EXPLAIN_SCHEMA,
    outcome: evaluation.outcome,
    enforced: verdictOf(evaluation.enforced, lines),
    shadow: verdictOf(evaluation.shadow, lines),
    question: {
      flow: formatFlowLine({ process: isOfProcess ? process : {}, ...lineFlowOf(flow) }),
      process: isOfProcess ? { ...process, ancestors: [...process.ancestors] } : null,
      direction,
      protocol: flow.protocol,
      address: direction === "query" ? null : formatAddress(flow.address),
      names: [...(flow.names ?? [])],
      port: direction === "query" ? null : flow.port,
      assumed: isOfProcess ? [...assumed] : [],
      assumedAndAsked: assumed.filter((fact) => asked.has(fact)),
      gaps: isOfProcess ? [...gaps] : [],
    },
    reported: question.reported && {
      ...question.reported,
      agrees: agrees(question.reported, evaluation),
    },
    profiles: profiles.map((profile, index) =>
      profileOf(profile, policy.sources[index] ?? "", lines, new Set(assumed)),
    ),
    warnings: [...policy.warnings],
  };
}

function profileOf(
  { profile, subject, rules }: ProfileExplanation,
  source: string,
  lines: SourceLines,
  assumed: ReadonlySet<keyof ProcessFacts>,
): ExplanationDocument["profiles"][number] {
  const mismatchOf = (mismatch: Mismatch): ExplainedMismatch => ({
    ...mismatch,
    assumed: isProcessKey(mismatch.key) && assumed.has(factOfKey[mismatch.key]),
  });
  return {
    name: profile.name,
    mode: profile.mode,
    source,
    location: profile.location ?? null,
    subject: subject.map(mismatchOf),
    rules: rules.map(({ ref, isDefault, mismatches, decides, overruledBy }) => ({
      ...ruleOf(ref, lines),
      default: isDefault,
      mismatches: mismatches.map(mismatchOf),
      decides: [...decides],
      overruledBy: overruledBy.map(({ ruleId, action }) => ({ id: ruleId, action })),
    })),
  };
}

function isProcessKey(key: Mismatch["key"]): key is keyof typeof factOfKey {
  return Object.hasOwn(factOfKey, key);
}

function verdictOf({ action, rule, name }: Verdict, lines: SourceLines): ExplanationDocument["enforced"] {
  return { action, rule: rule && ruleOf(rule, lines), name: name ?? null };
}

function ruleOf({ ruleId, profile, action, audit, location }: RuleRef, lines: SourceLines): ExplainedRule {
  return { id: ruleId, profile, action, audit, location: location ?? null, text: lines.at(location) };
}

/** Whether a report has this verdict; it names the shadow's rule only where that is another one. */
function agrees(
  reported: NonNullable<Question["reported"]>,
  { outcome, enforced, shadow }: Evaluation,
): boolean {
  const rule = enforced.rule?.ruleId ?? null;
  const shadowRule = shadow.rule?.ruleId ?? null;
  return (
    (reported.reason === "policy" || reported.reason === "name-expired") &&
    reported.outcome === outcome &&
    reported.rule === rule &&
    reported.shadowRule === (shadowRule === rule ? null : shadowRule)
  );
}
