import { closeSync, openSync } from "node:fs";
import { isatty } from "node:tty";
import { type Report, RingfenceError } from "@ringfence/model";
import { writeOut } from "../write-out.js";
import { renderReport } from "./render-report.js";
import type { RunOptions } from "./run-options.js";

/** Where the report goes; opened before the command starts, so that a bad path fails early. */
export class ReportOutput {
  readonly #format: RunOptions["report"];
  readonly #fd: number;
  readonly #colour: boolean;

  /** Throws RF_REPORT_FILE. */
  constructor({ report, reportFile }: RunOptions) {
    this.#format = report;
    this.#fd = reportFile === null ? 2 : openReport(reportFile);
    this.#colour = isatty(this.#fd) && process.env["NO_COLOR"] === undefined;
  }

  write(report: Report): void {
    if (this.#format === "json") writeOut(this.#fd, `${JSON.stringify(report, null, 2)}\n`);
    if (this.#format === "text") writeOut(this.#fd, renderReport(report, this.#colour));
    if (this.#fd !== 2) closeSync(this.#fd);
  }
}

function openReport(path: string): number {
  try {
    return openSync(path, "w", 0o600);
  } catch (error) {
    throw new RingfenceError("RF_REPORT_FILE", `Cannot open report file "${path}"`, {
      hint: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}
