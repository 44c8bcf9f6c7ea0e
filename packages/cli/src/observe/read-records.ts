import { readLines } from "@ringfence/agent";
import { RingfenceError } from "@ringfence/model";
import { isReport, reportRecords } from "./report-records.js";

/** What could not be read of a log. */
export interface UnreadLines {
  /** neither JSON nor a record of ours */
  broken: number;
  /** longer than any that we write */
  long: number;
}

/**
 * The records of a log file as JSON, one after the other. A line that is torn, as the last one is when its writer was killed, is
 * counted and skipped. A JSON report of a run gives its rows. Throws RF_HISTORY when the file cannot be read.
 */
export function* readRecords(file: string, unread: UnreadLines): Generator<unknown> {
  try {
    if (isReport(file)) {
      yield* reportRecords(file);
      return;
    }
    for (const line of readLines(file, unread)) {
      if (line === "") continue;
      const record = parse(line);
      if (record === undefined) unread.broken += 1;
      else yield record;
    }
  } catch (error) {
    if (error instanceof RingfenceError || !isSystemError(error)) throw error;
    throw new RingfenceError("RF_HISTORY", `Cannot read "${file}": ${error.message}`, {
      hint: "check its path and permissions",
      cause: error,
    });
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
