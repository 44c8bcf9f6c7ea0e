import { RingfenceError } from "@ringfence/model";
import { PolicyErrors } from "./policy-errors.js";

/** An error as plain data; classes do not cross processes. */
export type PlainError = Pick<RingfenceError, "code" | "message" | "hint" | "location">;

/** What an error says: several things, one, or one that nobody can act on. */
export function plainErrors(error: unknown): readonly PlainError[] {
  if (error instanceof PolicyErrors) return error.errors.map(plainError);
  if (error instanceof RingfenceError) return [plainError(error)];
  return [{ code: "RF_INTERNAL", message: error instanceof Error ? error.message : String(error) }];
}

export function plainError({ code, message, hint, location }: RingfenceError): PlainError {
  return { code, message, ...(hint !== undefined && { hint }), ...(location !== undefined && { location }) };
}

/** The error again. */
export function errorOf({ code, message, ...rest }: PlainError): RingfenceError {
  return new RingfenceError(code, message, rest);
}
