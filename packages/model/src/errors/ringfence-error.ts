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

  /**
   * One line for a terminal: `file:line:col: Message: hint`, without the parts that are absent. What was quoted from
   * a file cannot flood it or change how the rest is shown.
   */
  format(): string {
    const parts = [this.message];
    if (this.location !== undefined) parts.unshift(formatLocation(this.location));
    if (this.hint !== undefined) parts.push(this.hint);
    return parts
      .map(shortened)
      .join(": ")
      .replace(/\s*\n\s*/g, " ")
      .replace(unprintable, escaped);
  }
}

const longestPart = 1000;
/** Control characters, and those that turn the direction of text. */
const unprintable = /[\p{Cc}\p{Bidi_Control}\p{Cs}]/gu;

function shortened(text: string): string {
  const half = longestPart / 2;
  return text.length <= longestPart ? text : `${text.slice(0, half)} [...] ${text.slice(-half)}`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
