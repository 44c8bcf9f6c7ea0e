import { type AgentEvent, type EventFilter, eventMatcher } from "@ringfence/model";
import { eventOf } from "./event-of.js";
import { type ReadCounts, readRecords } from "./read-records.js";

export interface RecordedQuery {
  readonly files: readonly string[];
  readonly filter: EventFilter;
  /** milliseconds since 1970; null for no limit */
  readonly since: number | null;
  readonly until: number | null;
}

/** Events of logs that pass the filter, in the order in which they were written. Throws RF_HISTORY. */
export function* recordedEvents(query: RecordedQuery, counts: ReadCounts): Generator<AgentEvent> {
  const { files, filter, since, until } = query;
  const matches = eventMatcher(filter);
  for (const file of files) {
    for (const record of readRecords(file, counts)) {
      const event = eventOf(record);
      if (event === null) counts.broken += 1;
      if (event === null || !isWithin(event, since, until)) continue;
      counts.inTime += 1;
      if (matches(event)) yield event;
    }
  }
}

function isWithin({ time }: AgentEvent, since: number | null, until: number | null): boolean {
  if (since === null && until === null) return true;
  const at = Date.parse(time);
  return (since === null || at >= since) && (until === null || at <= until);
}
