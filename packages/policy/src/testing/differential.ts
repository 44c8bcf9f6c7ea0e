import type { Profile } from "@ringfence/model";
import { compile } from "../compile/compile.js";
import { evaluate } from "../evaluate/evaluate.js";
import { interpret } from "../interpret/interpret.js";
import { factsNearRule } from "./facts-near-rule.js";
import {
  type Answer,
  answerOf,
  type Compiler,
  type Judge,
  type PolicyCase,
  type Question,
  sameAnswer,
} from "./policy-case.js";
import { pools } from "./pools.js";
import { Random } from "./random.js";
import { randomFlow, randomProcess } from "./random-facts.js";
import { withRandomLiveNames, withRandomNames } from "./random-names.js";
import { randomProfiles } from "./random-policy.js";
import { shrink } from "./shrink.js";

/** A question on which reference and tables differ; `seed` makes its policy and question again. */
export interface Disagreement {
  readonly seed: number;
  readonly case: PolicyCase;
  readonly expected: Answer;
  readonly actual: Answer | undefined;
}

/** How a differential run went; `outcomes` shows that no kind of verdict was left out. */
export interface DifferentialResult {
  readonly pairs: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly disagreement: Disagreement | null;
}

export interface DifferentialOptions {
  /** Policy i of the run is made from `seed + i`, so that a failing one can be had as the first. */
  readonly seed: number;
  readonly policies: number;
  readonly flowsPerPolicy: number;
  readonly compiler?: Compiler;
  readonly judge?: Judge;
  readonly makeProfiles?: (random: Random) => readonly Profile[];
  /** Puts names into rules and flows, and asks about queries. */
  readonly withNames?: boolean;
}

/** The product's compiler on the machine of `pools`. */
export const productCompiler: Compiler = (profiles) => compile(profiles, { workloads: pools.workloads });

/** Reads the tables as the kernel does. */
export const interpreter: Judge = (compiled, questions) =>
  questions.map(({ process, flow }) => answerOf(interpret(compiled, process, flow)));

/**
 * Asks the reference evaluator and the tables the same questions, `flowsPerPolicy` for each of `policies` random
 * policies, until they first differ.
 */
export function runDifferential(options: DifferentialOptions): DifferentialResult {
  const { seed, policies, flowsPerPolicy, makeProfiles = randomProfiles, withNames = false } = options;
  const outcomes = new Map<string, number>();
  let pairs = 0;
  for (let policy = 0; policy < policies; policy++) {
    const random = new Random(seed + policy);
    const plain = makeProfiles(random);
    const profiles = withNames ? withRandomNames(random, plain) : plain;
    const questions = Array.from({ length: flowsPerPolicy }, () => {
      const question = randomQuestion(random, profiles);
      return withNames ? { ...question, flow: withRandomLiveNames(random, question.flow) } : question;
    });
    const found = compareAnswers(profiles, questions, options, outcomes);
    if (found !== null) {
      return { pairs: pairs + found.index + 1, outcomes, disagreement: { seed: seed + policy, ...found } };
    }
    pairs += questions.length;
  }
  return { pairs, outcomes, disagreement: null };
}

/** The first of the questions that is answered in two ways; counts the outcomes of those before. */
export function compareAnswers(
  profiles: readonly Profile[],
  questions: readonly Question[],
  { compiler = productCompiler, judge = interpreter }: Pick<DifferentialOptions, "compiler" | "judge">,
  outcomes: Map<string, number> = new Map(),
): (Omit<Disagreement, "seed"> & { readonly index: number }) | null {
  const answers = judge(compiler(profiles), questions);
  for (const [index, question] of questions.entries()) {
    const evaluation = evaluate(profiles, question.process, question.flow);
    const expected = answerOf(evaluation);
    const actual = answers[index];
    outcomes.set(evaluation.outcome, (outcomes.get(evaluation.outcome) ?? 0) + 1);
    if (actual === undefined || !sameAnswer(expected, actual)) {
      return { index, case: { profiles, ...question }, expected, actual };
    }
  }
  return null;
}

/** Makes what differs as small as it can be. */
export function shrinkDisagreement(
  { seed, case: start, expected, actual }: Disagreement,
  judges: Pick<DifferentialOptions, "compiler" | "judge">,
): Disagreement {
  let smallest = { expected, actual };
  const shrunk = shrink(start, (smaller) => {
    const found = compareAnswers(smaller.profiles, [smaller], judges);
    if (found !== null) smallest = found;
    return found !== null;
  });
  return { seed, case: shrunk.case, expected: smallest.expected, actual: smallest.actual };
}

/** Half of the questions are drawn from the pools, half are near a rule of the policy. */
function randomQuestion(random: Random, profiles: readonly Profile[]): Question {
  const directions = ["egress", "ingress"] as const;
  const rules = profiles.flatMap((profile) =>
    directions.flatMap((direction) =>
      (profile[direction]?.rules ?? []).map((rule) => ({ profile, rule, direction })),
    ),
  );
  const near = rules[random.below(rules.length)];
  if (near === undefined || random.oneIn(2))
    return { process: randomProcess(random), flow: randomFlow(random) };
  return factsNearRule(random, near.profile, near.rule, near.direction);
}
