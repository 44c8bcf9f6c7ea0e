import { SystemError } from "@ringfence/kernel/system";

/** Whether a call failed with one of these errors. */
export function errnoIs(error: unknown, ...codes: readonly string[]): error is SystemError {
  return error instanceof SystemError && codes.includes(error.code);
}
