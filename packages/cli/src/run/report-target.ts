import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { getSystemErrorMap } from "node:util";
import { RingfenceError } from "@ringfence/model";
import { checkOwner, findPlace, type Place, pathOf, UnsafePlace } from "./find-place.js";
import { descriptorOf, OpenFile } from "./open-file.js";
import { ReplacedFile } from "./replaced-file.js";

/** Where a report goes. */
export interface ReportTarget {
  /** what it is written to, for a look at whether that is a terminal; null when that is a file yet to be made */
  readonly fd: number | null;
  /** Writes all of it and closes. Throws the error of the file system. */
  write(text: string): void;
}

const { O_WRONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = constants;

/**
 * Opens a device, FIFO or descriptor, or prepares the replacement of a regular file, so that a bad path fails before
 * the command starts. Never waits for the reader of a FIFO. Throws RF_REPORT_FILE.
 * @param open descriptors that the path may name; others are of the runtime's own
 */
export function openReportTarget(path: string, open: readonly number[] = []): ReportTarget {
  try {
    const inherited = descriptorOf(path);
    if (inherited !== null && !open.includes(inherited)) throw new Error("no such descriptor is open");
    if (inherited !== null) return OpenFile.ofDescriptor(inherited);
    return targetAt(findPlace(path));
  } catch (error) {
    throw openError(`Cannot open report file "${path}"`, error);
  }
}

function targetAt(place: Place): ReportTarget {
  try {
    const fd = openExisting(place);
    if (fd === null) return ReplacedFile.prepare(place, null);
    const file = fstatSync(fd);
    checkOwner(file, place);
    if (file.isFile()) return ReplacedFile.prepare(place, fd);
    closeSync(place.directory);
    return new OpenFile(fd);
  } catch (error) {
    closeSync(place.directory);
    throw error;
  }
}

/** An RF_REPORT_FILE for a file that cannot be opened for writing, which says what to do about it. */
export function openError(message: string, cause: unknown): RingfenceError {
  const hint =
    cause instanceof UnsafePlace
      ? "name a place that only root can change"
      : (cause as NodeJS.ErrnoException).code === "ENXIO"
        ? "start its reader first"
        : "check that its directory exists and can be written";
  return reportFileError(message, hint, cause);
}

/** An RF_REPORT_FILE whose message ends in the system's own reason. */
export function reportFileError(message: string, hint: string, cause: unknown): RingfenceError {
  const { errno, message: text } = cause as NodeJS.ErrnoException;
  const reason = getSystemErrorMap().get(-Math.abs(errno ?? 0))?.[1] ?? text;
  return new RingfenceError("RF_REPORT_FILE", `${message}: ${reason}`, { hint, cause });
}

function openExisting(place: Place): number | null {
  try {
    return openSync(pathOf(place), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
