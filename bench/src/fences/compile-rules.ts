import { type CompiledPolicy, compile } from "@ringfence/policy";
import { profilesOf } from "../host/bench-policy.js";
import { policyText } from "../rules/policy-text.js";
import type { RuleSet } from "../rules/rule.js";

/** Tables of a generated policy, by way of its text. */
export function compileRules(set: RuleSet): CompiledPolicy {
  return compile(profilesOf(policyText(set), set.name), { workloads: [] });
}
