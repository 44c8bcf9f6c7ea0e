import { lineFlowOf } from "../flow-text/flow-facts.js";
import { formatFlowLine } from "../flow-text/format-flow-line.js";
import { policyYaml } from "../write/policy-yaml.js";
import type { Disagreement } from "./differential.js";
import type { Answer, Question } from "./policy-case.js";

/** The whole of a disagreement: seed, both answers, the policy as a file, and the line that asks again. */
export function describeDisagreement({ seed, case: found, expected, actual }: Disagreement): string {
  return `The two answers differ (RINGFENCE_TEST_SEED=${seed}).
reference: ${answerText(expected)}
tables:    ${actual === undefined ? "no answer" : answerText(actual)}

Save this policy as policy.yaml:

${policyYaml(found.profiles)}
and ask all judges again:

node packages/agent/dist/testing/reproduce.js policy.yaml ${shellQuoted(questionLine(found))}
`;
}

/** An answer in one line, such as `deny by p/one; with what is audited: allow by p/egress.default`. */
export function answerText({ action, rule, shadowAction, shadowRule }: Answer): string {
  return `${action} by ${rule ?? "no rule"}; with what is audited: ${shadowAction} by ${shadowRule ?? "no rule"}`;
}

/** A question as the flow text that `parseFlowLine` reads. */
export function questionLine({ process, flow }: Question): string {
  return formatFlowLine({ process, ...lineFlowOf(flow) });
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
