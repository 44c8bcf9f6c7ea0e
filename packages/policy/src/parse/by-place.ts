import type { RingfenceError } from "@ringfence/model";

/** Orders errors of one file by where they are. */
export function byPlace({ location: a }: RingfenceError, { location: b }: RingfenceError): number {
  if (a === undefined || b === undefined) return 0;
  return a.line - b.line || a.column - b.column;
}
