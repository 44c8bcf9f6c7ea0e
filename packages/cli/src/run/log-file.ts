import { closeSync, openSync, writeSync } from "node:fs";
import { RingfenceError, type VerdictLine } from "@ringfence/model";

/** Appends verdicts to a file, whole lines at a time, and counts those it could not write. */
export class LogFile {
  readonly fd: number;
  #pending: string[] = [];
  #lost = 0;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Throws RF_REPORT_FILE. */
  static open(path: string): LogFile {
    try {
      return new LogFile(openSync(path, "a", 0o600));
    } catch (error) {
      throw new RingfenceError("RF_REPORT_FILE", `Cannot open log "${path}" for appending`, {
        hint: error instanceof Error ? error.message : String(error),
        cause: error,
      });
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
