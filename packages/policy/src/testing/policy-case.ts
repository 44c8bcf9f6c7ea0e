import type { Profile } from "@ringfence/model";
import type { CompiledPolicy } from "../compile/compiled-policy.js";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";
import type { Evaluation } from "../verdict.js";

/** What is asked of a policy. */
export interface Question {
  readonly process: ProcessFacts;
  readonly flow: FlowFacts;
}

/** One question with all that its answer depends on. */
export interface PolicyCase extends Question {
  readonly profiles: readonly Profile[];
}

/** Both verdicts as every judge can give them. */
export interface Answer {
  readonly action: "allow" | "deny";
  readonly rule: string | undefined;
  readonly shadowAction: "allow" | "deny";
  readonly shadowRule: string | undefined;
}

/** Makes the tables of a policy: ours, or one that is broken on purpose. */
export type Compiler = (profiles: readonly Profile[]) => CompiledPolicy;

/** Answers questions from the tables, in their order: the interpreter or a kernel, which may contradict itself. */
export type Judge = (
  compiled: CompiledPolicy,
  questions: readonly Question[],
) => readonly (Answer | undefined)[];

export function answerOf({ enforced, shadow }: Evaluation): Answer {
  return {
    action: enforced.action,
    rule: enforced.rule?.ruleId,
    shadowAction: shadow.action,
    shadowRule: shadow.rule?.ruleId,
  };
}

export function sameAnswer(a: Answer, b: Answer): boolean {
  return (
    a.action === b.action &&
    a.rule === b.rule &&
    a.shadowAction === b.shadowAction &&
    a.shadowRule === b.shadowRule
  );
}
