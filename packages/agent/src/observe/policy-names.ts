import type { RuleRef } from "@ringfence/policy";

type NamedBit = Pick<RuleRef, "ruleId">;

/** What is remembered of a policy that was in force: its revision, and which rule each bit of its verdicts names. */
export interface NamedPolicy {
  readonly revision: string;
  readonly bits: readonly NamedBit[];
  /** For how long its names hold after their time to live; null where no verdict of it rests on a name. */
  readonly graceSeconds: number | null;
}

/** The policies of a fence, by the number that flows and events carry. A bit means nothing without it. */
export class PolicyNames {
  readonly #policies: NamedPolicy[];
  readonly #first: number;

  /** Policies in the order in which they were in force. The first is number 1, unless nobody remembers those before. */
  constructor(policies: readonly NamedPolicy[], first = 1) {
    this.#policies = [...policies];
    this.#first = first;
  }

  /** The number of the first one that is remembered. */
  get first(): number {
    return this.#first;
  }

  /** All of them, the one in force last. */
  get all(): readonly NamedPolicy[] {
    return this.#policies;
  }

  /** Rules keep their names over most changes, and 10,000 of them take a megabyte: the same ones are kept once. */
  add(policy: NamedPolicy): void {
    const bits = this.#policies.at(-1)?.bits ?? [];
    this.#policies.push(sameNames(bits, policy.bits) ? { ...policy, bits } : policy);
  }

  bitsOf(generation: number): readonly NamedBit[] {
    return this.#of(generation)?.bits ?? [];
  }

  /** The grace of a policy's names; null where none counts, and for a number that was never given. */
  graceOf(generation: number): number | null {
    return this.#of(generation)?.graceSeconds ?? null;
  }

  /** The revision of a policy; null for a number that was never given. */
  revisionOf(generation: number): string | null {
    return this.#of(generation)?.revision ?? null;
  }

  #of(generation: number): NamedPolicy | undefined {
    return this.#policies[generation - this.#first];
  }
}

function sameNames(a: readonly NamedBit[], b: readonly NamedBit[]): boolean {
  return a.length === b.length && a.every(({ ruleId }, bit) => ruleId === b[bit]?.ruleId);
}
