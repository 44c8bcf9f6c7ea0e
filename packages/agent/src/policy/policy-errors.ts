import type { RingfenceError } from "@ringfence/model";

/** Several errors of policy files at once: one line each. */
export class PolicyErrors extends Error {
  readonly errors: readonly RingfenceError[];

  constructor(errors: readonly RingfenceError[]) {
    super(errors.map((error) => error.format()).join("\n"));
    this.errors = errors;
  }
}
