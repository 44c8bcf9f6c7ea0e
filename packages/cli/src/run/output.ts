import { isatty } from "node:tty";
import type { Report } from "@ringfence/model";
import { printLine } from "../print-line.js";
import { writeOut } from "../write-out.js";
import { renderReport } from "./render-report.js";
import { openReportTarget, type ReportTarget, reportFileError } from "./report-target.js";
import type { RunOptions } from "./run-options.js";

/** The report's way out; its file is opened or tried before the command starts, so that a bad path fails early. */
export class ReportOutput {
  readonly #format: RunOptions["report"];
  readonly #path: string | null;
  readonly #target: ReportTarget;
  readonly #colour: boolean;

  /**
   * Throws RF_REPORT_FILE.
   * @param open descriptors that the file may name
   */
  constructor({ report, reportFile }: RunOptions, open: readonly number[]) {
    this.#format = report;
    this.#path = reportFile;
    this.#target = reportFile === null ? standardError : openReportTarget(reportFile, open);
    const { fd } = this.#target;
    this.#colour = fd !== null && isatty(fd) && process.env["NO_COLOR"] === undefined;
  }

  /** Writes it. False if that cannot be done, which one line on stderr tells: the command has run all the same. */
  write(report: Report): boolean {
    if (this.#format === "none") return true;
    const text =
      this.#format === "json" ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report, this.#colour);
    try {
      this.#target.write(text);
      return true;
    } catch (error) {
      const where = this.#path === null ? "to stderr" : `file "${this.#path}"`;
      const hint = "make it writable, or name another --report-file";
      printLine(reportFileError(`Cannot write report ${where}`, hint, error).format());
      return false;
    }
  }
}

const standardError: ReportTarget = { fd: 2, write: (text) => writeOut(2, text) };
