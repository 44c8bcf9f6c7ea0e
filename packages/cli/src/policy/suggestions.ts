import { type EventFilter, eventMatcher, RingfenceError } from "@ringfence/model";
import {
  deniedText,
  type ObservedFlow,
  type ObservedQuery,
  readObservation,
  type Suggestion,
  suggestRule,
} from "@ringfence/policy/learn";
import { eventOf } from "../observe/event-of.js";
import { readRecords, type UnreadLines } from "../observe/read-records.js";
import { eventId } from "./event-id.js";
import type { RecordOptions } from "./record-options.js";

/** What was denied, how often, and what would allow it. */
export interface Suggested {
  readonly what: string;
  readonly rule: string | null;
  count: number;
  readonly suggestion: Suggestion;
}

/**
 * One suggestion for each kind of denial among the records, in the order in which they were first seen.
 * Throws RF_HISTORY, and RF_EVENT when the event that was asked for is not there, or was no denial.
 * @param id of one event; null for all that pass the filter
 */
export function suggestions(
  { files, since }: RecordOptions,
  filter: EventFilter,
  id: string | null,
  unread: UnreadLines,
): readonly Suggested[] {
  const found = new Map<string, Suggested>();
  const matches = eventMatcher(filter);
  let isThere = false;
  for (const record of recordsOf(files, unread)) {
    if (id !== null && eventId(record) !== id) continue;
    isThere = true;
    const seen = denialOf(record);
    if (seen === null || (since !== null && id === null && seen.last < since)) continue;
    const event = eventOf(record);
    if (event !== null && matches(event)) add(found, seen);
  }
  if (id !== null && found.size === 0) {
    throw new RingfenceError("RF_EVENT", isThere ? `Event ${id} is no denial` : `There is no event ${id}`, {
      hint: "ringfence observe --ids --verdict denied lists them",
    });
  }
  return [...found.values()];
}

function* recordsOf(files: readonly string[], unread: UnreadLines): Generator<unknown> {
  for (const file of files) yield* readRecords(file, unread);
}

function denialOf(record: unknown): ObservedFlow | ObservedQuery | null {
  const seen = readObservation(record);
  if (seen?.kind !== "flow" && seen?.kind !== "query") return null;
  return seen.outcome === "denied" || seen.outcome === "would-deny" ? seen : null;
}

function add(found: Map<string, Suggested>, seen: ObservedFlow | ObservedQuery): void {
  const what = deniedText(seen);
  const key = JSON.stringify([what, seen.rule]);
  const known = found.get(key);
  if (known !== undefined) known.count += seen.count;
  else found.set(key, { what, rule: seen.rule, count: seen.count, suggestion: suggestRule(seen) });
}
