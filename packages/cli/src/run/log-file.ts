import { closeSync, constants, openSync, writeSync } from "node:fs";
import { setStatusFlags, statusFlags } from "@ringfence/kernel/system";
import type { VerdictLine } from "@ringfence/model";
import { reportFileError } from "./report-target.js";

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants;

/** Appends verdicts to a file, whole lines at a time, and counts those it could not write. */
export class LogFile {
  readonly fd: number;
  #pending: string[] = [];
  #lost = 0;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Does not wait for the reader of a FIFO. Throws RF_REPORT_FILE. */
  static open(path: string): LogFile {
    try {
      const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o600);
      setStatusFlags(fd, statusFlags(fd) & ~O_NONBLOCK);
      return new LogFile(fd);
    } catch (error) {
      const hint =
        (error as NodeJS.ErrnoException).code === "ENXIO"
          ? "start its reader first"
          : "check that its directory exists and can be written";
      throw reportFileError(`Cannot open log "${path}" for appending`, hint, error);
    }
  }

  get lost(): number {
    return this.#lost;
  }

  add(line: VerdictLine): void {
    this.#pending.push(`${JSON.stringify(line)}\n`);
  }

  /** Writes what was added. A full disk loses these lines, counted, and stops nothing. */
  flush(): void {
    const lines = this.#pending;
    if (lines.length === 0) return;
    this.#pending = [];
    const bytes = Buffer.from(lines.join(""));
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.fd, bytes, written);
    } catch {
      this.#lost += lines.length;
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}
