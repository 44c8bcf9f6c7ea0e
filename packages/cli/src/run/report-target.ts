import { constants, fstatSync, openSync } from "node:fs";
import { getSystemErrorMap } from "node:util";
import { RingfenceError } from "@ringfence/model";
import { descriptorOf, OpenFile } from "./open-file.js";
import { ReplacedFile } from "./replaced-file.js";

/** Where a report goes. */
export interface ReportTarget {
  /** what it is written to, for a look at whether that is a terminal; null when that is a file yet to be made */
  readonly fd: number | null;
  /** Writes all of it and closes. Throws the error of the file system. */
  write(text: string): void;
}

const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;

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
    const fd = openExisting(path);
    return fd === null || fstatSync(fd).isFile() ? ReplacedFile.prepare(path, fd) : new OpenFile(fd);
  } catch (error) {
    const hint =
      (error as NodeJS.ErrnoException).code === "ENXIO"
        ? "start its reader first"
        : "check that its directory exists and can be written";
    throw reportFileError(`Cannot open report file "${path}"`, hint, error);
  }
}

/** An RF_REPORT_FILE whose message ends in the system's own reason. */
export function reportFileError(message: string, hint: string, cause: unknown): RingfenceError {
  const { errno, message: text } = cause as NodeJS.ErrnoException;
  const reason = getSystemErrorMap().get(-Math.abs(errno ?? 0))?.[1] ?? text;
  return new RingfenceError("RF_REPORT_FILE", `${message}: ${reason}`, { hint, cause });
}

function openExisting(path: string): number | null {
  try {
    return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
