import { RingfenceError, type SourceLocation } from "@ringfence/model";

/** What fits into the kernel tables; beyond it a policy is refused, never cut. */
export const limits = {
  bits: 65_536,
  intervals: 2 ** 20,
  rows: 2 ** 18,
  rowBytes: 2 ** 29,
  names: 2 ** 16,
  ancestorPatterns: 64,
  automatonStates: 16_384,
} as const;

/** The error for a policy that needs more than a limit allows. */
export function limitError(
  what: string,
  needed: number,
  limit: number,
  hint: string,
  location?: SourceLocation,
): RingfenceError {
  return new RingfenceError("RF_POLICY_LIMIT", `The policy needs ${needed} ${what}, the limit is ${limit}`, {
    hint,
    location,
  });
}
