import type { Profile } from "@ringfence/model";
import { compile } from "../compile/compile.js";
import type { CompiledPolicy } from "../compile/compiled-policy.js";
import { evaluate } from "../evaluate/evaluate.js";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";
import { interpret } from "../interpret/interpret.js";
import type { Evaluation } from "../verdict.js";
import { pools } from "./pools.js";
import { Random } from "./random.js";
import { randomFlow, randomProcess } from "./random-facts.js";
import { randomProfiles } from "./random-policy.js";

/** A question on which the two judges differ, with all that is needed to ask it again. */
export interface Disagreement {
  readonly seed: number;
  readonly profiles: readonly Profile[];
  readonly process: ProcessFacts;
  readonly flow: FlowFacts;
  readonly expected: Evaluation;
  readonly actual: Evaluation;
}

/** How a differential run went; `outcomes` shows that no kind of verdict was left out. */
export interface DifferentialResult {
  readonly pairs: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly disagreement: Disagreement | null;
}

/**
 * Asks the reference evaluator and the tables the same questions, `flowsPerPolicy` for each of `policies` random
 * policies, until they first differ. `mutate` breaks the tables on purpose, to prove that the run would notice.
 */
export function runDifferential(
  seed: number,
  policies: number,
  flowsPerPolicy: number,
  mutate: (compiled: CompiledPolicy) => CompiledPolicy = (compiled) => compiled,
): DifferentialResult {
  const outcomes = new Map<string, number>();
  let pairs = 0;
  for (let policy = 0; policy < policies; policy++) {
    const random = new Random(seed + policy);
    const profiles = randomProfiles(random);
    const compiled = mutate(compile(profiles, { containerCgroups: pools.containerCgroups }));
    for (let i = 0; i < flowsPerPolicy; i++) {
      const process = randomProcess(random);
      const flow = randomFlow(random);
      const expected = evaluate(profiles, process, flow);
      const actual = interpret(compiled, process, flow);
      pairs++;
      outcomes.set(expected.outcome, (outcomes.get(expected.outcome) ?? 0) + 1);
      if (!sameEvaluation(expected, actual)) {
        const disagreement = { seed: seed + policy, profiles, process, flow, expected, actual };
        return { pairs, outcomes, disagreement };
      }
    }
  }
  return { pairs, outcomes, disagreement: null };
}

function sameEvaluation(a: Evaluation, b: Evaluation): boolean {
  return (
    a.outcome === b.outcome &&
    a.enforced.rule?.ruleId === b.enforced.rule?.ruleId &&
    a.shadow.rule?.ruleId === b.shadow.rule?.ruleId
  );
}
