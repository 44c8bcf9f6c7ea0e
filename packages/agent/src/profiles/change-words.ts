import { RingfenceError } from "@ringfence/model";
import type { ProfileChange } from "@ringfence/policy/diff";
import { errorOf, type PlainError } from "../policy/plain-error.js";
import { PolicyErrors } from "../policy/policy-errors.js";
import type { PolicyFile } from "../policy/read-policy-files.js";
import type { Assessment } from "./assess-profiles.js";
import type { Actor } from "./audit-log.js";

export function refuseLockOut({ cut }: Assessment): void {
  const [first] = cut;
  if (first === undefined) return;
  const more = cut.length === 1 ? "" : `, and ${cut.length - 1} more`;
  const rule = first.rule === null ? "" : ` by ${first.rule}`;
  throw new RingfenceError(
    "RF_POLICY_LOCKOUT",
    `The change would cut the connection of ${first.what}${rule}${more}`,
    {
      hint: "Allow it, or add --force; --confirm-within 60s takes a mistake back",
    },
  );
}

export function pendingError(message: string, hint: string): RingfenceError {
  return new RingfenceError("RF_POLICY_PENDING", message, { hint });
}

export function isSame(a: PolicyFile, b: PolicyFile): boolean {
  return a.file === b.file && Buffer.compare(a.bytes, b.bytes) === 0;
}

export function errorsOf(errors: readonly PlainError[]): PolicyErrors {
  return new PolicyErrors(errors.map(errorOf));
}

export function linesOf(errors: readonly PlainError[]): readonly string[] {
  return errors.map((error) => errorOf(error).format());
}

export function describe(changes: readonly ProfileChange[]): readonly string[] {
  if (changes.length === 0) return ["the policy is in force again"];
  return changes.map(({ profile, change }) => `profile "${profile}" ${change}`);
}

/** Who it was, for people. */
export function nameOf({ user, uid }: Actor): string {
  return user ?? String(uid);
}
