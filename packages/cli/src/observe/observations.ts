import { type Observation, readObservation } from "@ringfence/policy/learn";
import { readRecords, type UnreadLines } from "./read-records.js";

/** Where observations come from, and of which time. */
export interface ObservationSource {
  readonly files: readonly string[];
  /** milliseconds since 1970; null for no limit */
  readonly since: number | null;
}

/**
 * What logs of `ringfence run`, and events of the agent, say of flows and names. Lines that are neither are counted. Throws
 * RF_HISTORY.
 */
export function* readObservations(
  { files, since }: ObservationSource,
  unread: UnreadLines,
): Generator<Observation> {
  for (const file of files) {
    for (const record of readRecords(file, unread)) {
      const observation = readObservation(record);
      if (observation === undefined) unread.broken += 1;
      else if (observation !== null && (since === null || observation.last >= since)) yield observation;
    }
  }
}
