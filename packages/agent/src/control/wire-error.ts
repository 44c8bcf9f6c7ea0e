import { type ErrorCode, errorTable, RingfenceError, type SourceLocation } from "@ringfence/model";
import { plainErrors } from "../policy/plain-error.js";
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
  const [first, ...others] = plainErrors(error);
  const { code, message, ...rest } = first ?? { code: "RF_INTERNAL", message: "unknown" };
  return { code, message, ...(others.length > 0 && { others }), ...rest };
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
