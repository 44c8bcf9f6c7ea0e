import { formatLocation, type SourceLocation } from "./source-location.js";
import type { ErrorCode } from "./table.js";

/** What may be added to an error beyond its code and message. */
export interface RingfenceErrorOptions {
  /** What to do or to write instead, without a final period. */
  readonly hint?: string | undefined;
  readonly location?: SourceLocation | undefined;
  readonly cause?: unknown;
}

/** An error that a user can act on: a stable code, what and where in the message, what to do in the hint. */
export class RingfenceError extends Error {
  override readonly name = "RingfenceError";
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly location?: SourceLocation;

  constructor(code: ErrorCode, message: string, options: RingfenceErrorOptions = {}) {
    const { hint, location, cause } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (hint !== undefined) this.hint = hint;
    if (location !== undefined) this.location = location;
  }

  /** One line for a terminal: `file:line:col: Message: hint`, without the parts that are absent. */
  format(): string {
    const parts = [this.message];
    if (this.location !== undefined) parts.unshift(formatLocation(this.location));
    if (this.hint !== undefined) parts.push(this.hint);
    return parts.join(": ").replace(/\s*\n\s*/g, " ");
  }
}
