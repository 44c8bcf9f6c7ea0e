import { readLines } from "@ringfence/agent";
import { RingfenceError } from "@ringfence/model";
import { printLine } from "../print-line.js";
import { isReport, reportRecords } from "./report-records.js";

/** What was read of logs, and what could not be. */
export interface ReadCounts {
  /** that could be read as JSON */
  records: number;
  /** of those, events of the time that was asked for */
  inTime: number;
  /** neither JSON nor a record of ours */
  broken: number;
  /** longer than any that we write */
  long: number;
}

/** Says how many lines were skipped, if some were. */
export function tellSkipped({ broken, long }: ReadCounts): void {
  const skipped = broken + long;
  if (skipped > 0) printLine(`warning: ${skipped} lines are no records of ringfence, and were skipped`);
}

export function noneRead(): ReadCounts {
  return { records: 0, inTime: 0, broken: 0, long: 0 };
}

/**
 * The records of a log file as JSON, one after the other. A line that is torn, as the last one is when its writer was killed, is
 * counted and skipped. A JSON report of a run gives its rows. Throws RF_HISTORY when the file cannot be read.
 */
export function* readRecords(file: string, counts: ReadCounts): Generator<unknown> {
  try {
    if (isReport(file)) {
      for (const record of reportRecords(file)) {
        counts.records += 1;
        yield record;
      }
      return;
    }
    for (const line of readLines(file, counts)) {
      if (line === "") continue;
      const record = parse(line);
      if (record === undefined) {
        counts.broken += 1;
        continue;
      }
      counts.records += 1;
      yield record;
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
