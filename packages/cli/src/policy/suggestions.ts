import { type EventFilter, eventMatcher, RingfenceError } from "@ringfence/model";
import {
  deniedText,
  type ObservedFlow,
  type ObservedQuery,
  readObservation,
  type Suggestion,
  suggestRule,
} from "@ringfence/policy/learn";
import { shellWord } from "../agent/with-config.js";
import { eventOf } from "../observe/event-of.js";
import { type ReadCounts, readRecords } from "../observe/read-records.js";
import { eventId } from "./event-id.js";
import type { RecordOptions } from "./record-options.js";

/** The names of rules that a profile has, by the profile's. */
export type RuleNames = ReadonlyMap<string, ReadonlySet<string>>;

/** The profile of a rule, by the rule's id. */
export function profileOf(rule: string): string {
  return rule.slice(0, rule.indexOf("/"));
}

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
 * @param taken names of rules by their profile; no suggestion has one of them, nor that of another
 */
export function suggestions(
  { files, since, named }: RecordOptions,
  filter: EventFilter,
  id: string | null,
  taken: RuleNames,
  counts: ReadCounts,
): readonly Suggested[] {
  const found = new Map<string, Suggested>();
  const names = new Map([...taken].map(([profile, known]) => [profile, new Set(known)]));
  const matches = eventMatcher(filter);
  let isThere = false;
  for (const record of recordsOf(files, counts)) {
    if (id !== null && eventId(record) !== id) continue;
    isThere = true;
    const event = eventOf(record);
    if (event === null || (since !== null && id === null && Date.parse(event.time) < since)) continue;
    counts.inTime += 1;
    const seen = denialOf(record);
    if (seen !== null && matches(event)) add(found, seen, names);
  }
  if (id !== null && found.size === 0) {
    const from = named.map((file) => ` --from ${shellWord(file)}`).join("");
    throw new RingfenceError("RF_EVENT", isThere ? `Event ${id} is no denial` : `There is no event ${id}`, {
      hint: `ringfence observe --ids --verdict denied${from} lists them`,
    });
  }
  return [...found.values()];
}

function* recordsOf(files: readonly string[], counts: ReadCounts): Generator<unknown> {
  for (const file of files) yield* readRecords(file, counts);
}

function denialOf(record: unknown): ObservedFlow | ObservedQuery | null {
  const seen = readObservation(record);
  if (seen?.kind !== "flow" && seen?.kind !== "query") return null;
  return seen.outcome === "denied" || seen.outcome === "would-deny" ? seen : null;
}

function add(
  found: Map<string, Suggested>,
  seen: ObservedFlow | ObservedQuery,
  names: Map<string, Set<string>>,
): void {
  const what = deniedText(seen);
  const key = JSON.stringify([what, seen.rule]);
  const known = found.get(key);
  if (known !== undefined) {
    known.count += seen.count;
    return;
  }
  const profile = seen.rule === null ? "" : profileOf(seen.rule);
  const taken = names.get(profile) ?? new Set();
  const suggestion = suggestRule(seen, taken);
  if (suggestion.kind === "rule" && suggestion.name !== null) names.set(profile, taken.add(suggestion.name));
  found.set(key, { what, rule: seen.rule, count: seen.count, suggestion });
}
