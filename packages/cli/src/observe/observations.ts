import { type Observation, readObservation } from "@ringfence/policy/learn";
import { type ReadCounts, readRecords } from "./read-records.js";

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
  counts: ReadCounts,
): Generator<Observation> {
  for (const file of files) {
    for (const record of readRecords(file, counts)) {
      const observation = readObservation(record);
      if (observation === undefined) counts.broken += 1;
      if (observation === null || observation === undefined) continue;
      if (since !== null && observation.last < since) continue;
      counts.inTime += 1;
      yield observation;
    }
  }
}
