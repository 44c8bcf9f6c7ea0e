import type { ErrorCode } from "@ringfence/model";

/** What is wrong with a piece of text, before it is known where the text stands. */
export interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** Tells a fault from a value that was read. */
export function isFault(result: object): result is Fault {
  return "code" in result;
}
