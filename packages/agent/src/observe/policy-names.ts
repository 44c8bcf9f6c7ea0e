import type { RuleRef } from "@ringfence/policy";

type NamedBit = Pick<RuleRef, "ruleId">;

/** What is remembered of a policy that was in force: its revision, and which rule each bit of its verdicts names. */
export interface NamedPolicy {
  readonly revision: string;
  readonly bits: readonly NamedBit[];
}

/** The policies of a fence, by the number that flows and events carry. A bit means nothing without it. */
export class PolicyNames {
  readonly #policies: NamedPolicy[];

  /** Policies in the order in which they were in force; the first is number 1. */
  constructor(policies: readonly NamedPolicy[]) {
    this.#policies = [...policies];
  }

  /** All of them, the one in force last. */
  get all(): readonly NamedPolicy[] {
    return this.#policies;
  }

  add(policy: NamedPolicy): void {
    this.#policies.push(policy);
  }

  bitsOf(generation: number): readonly NamedBit[] {
    return this.#policies[generation - 1]?.bits ?? [];
  }

  /** The revision of a policy; null for a number that was never given. */
  revisionOf(generation: number): string | null {
    return this.#policies[generation - 1]?.revision ?? null;
  }
}
