import { readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";

/** One file of the history. */
export interface Segment {
  readonly path: string;
  /** Counts the segments from the first on, whatever the clock did meanwhile. */
  readonly number: number;
  readonly bytes: number;
  /** When it was written last, in milliseconds since 1970. */
  readonly writtenAt: number;
}

const pattern = /^([0-9]{10})-[0-9TZ]+\.ndjson$/;

/** Name of a segment: its number, by which they are ordered, and when it was begun, for people. */
export function segmentName(number: number, now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.[0-9]+/g, "");
  return `${String(number).padStart(10, "0")}-${time}.ndjson`;
}

/** The segments of a folder, oldest first; one that vanishes meanwhile is left out. Throws for a folder that is not there. */
export function listSegments(folder: string): readonly Segment[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const number = pattern.exec(name)?.[1];
      if (number === undefined) return [];
      const path = join(folder, name);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) return [];
      return [{ path, number: Number(number), bytes: found.size, writtenAt: found.mtimeMs }];
    });
}

/** Removes the oldest segments until the rest is within bounds; the newest stays. */
export function pruneSegments(folder: string, maxBytes: number, oldest: number): void {
  const segments = listSegments(folder);
  let total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes, writtenAt } of segments.slice(0, -1)) {
    if (total <= maxBytes && writtenAt >= oldest) return;
    unlinkSync(path);
    total -= bytes;
  }
}
