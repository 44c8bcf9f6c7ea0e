import { type ErrorCode, errorTable, RingfenceError, type SourceLocation } from "@ringfence/model";
import { PolicyErrors } from "../policy/policy-errors.js";

/** An error as a line of JSON carries it. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly location?: SourceLocation;
  /** Further errors of the same request. */
  readonly others?: readonly WireError[];
}

/** What is told of an error. Of one that nobody can act on the message alone: the stack is for the agent's log. */
export function toWire(error: unknown): WireError {
  if (error instanceof PolicyErrors) {
    const [first, ...others] = error.errors.map(toWire);
    return { ...(first ?? { code: "RF_INTERNAL", message: error.message }), others };
  }
  if (!(error instanceof RingfenceError))
    return { code: "RF_INTERNAL", message: error instanceof Error ? error.message : String(error) };
  const { code, message, hint, location } = error;
  return { code, message, ...(hint !== undefined && { hint }), ...(location !== undefined && { location }) };
}

/** The error that the agent sent. */
export function fromWire(error: WireError): Error {
  const { others = [], ...first } = error;
  return others.length === 0 ? single(first) : new PolicyErrors([first, ...others].map(single));
}

function single({ code, message, hint, location }: WireError): RingfenceError {
  // An agent of another version may know codes that this one does not.
  const known = Object.hasOwn(errorTable, code) ? (code as ErrorCode) : "RF_INTERNAL";
  return new RingfenceError(known, message, { hint, location });
}
