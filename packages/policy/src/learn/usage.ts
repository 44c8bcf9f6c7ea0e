import type { Seen } from "../observed/observation.js";

/** Adds what was seen to what was before. */
export function plus(before: Seen | undefined, { count, first, last }: Seen): Seen {
  if (before === undefined) return { count, first, last };
  return {
    count: before.count + count,
    first: Math.min(before.first, first),
    last: Math.max(before.last, last),
  };
}

/** How often and how recently, as a comment says it: to the minute, so that a file changes little. */
export function usageText({ count, last }: Seen): string {
  return `${count === 1 ? "once" : `${count} times`}, last ${minuteText(last)}`;
}

/** RFC 3339 in UTC, without seconds. */
export function minuteText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}
