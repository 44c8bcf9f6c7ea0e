import { join } from "node:path";
import { makeFolder } from "../../host/make-folder.js";
import { AppendFile } from "../sinks/append-file.js";
import type { LineStore } from "../sinks/line-store.js";
import { listSegments, pruneSegments, segmentName } from "./segments.js";

export interface HistoryOptions {
  /** Made for root alone where it is missing. */
  readonly folder: string;
  readonly days: number;
  readonly maxBytes: number;
  /** milliseconds since 1970 */
  readonly now: () => number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A segment is small beside the whole, as the oldest one goes at once. */
const PARTS = 16;

/**
 * The agent's events on disk: segments that are appended to and never changed, each an hour or a part of the room long. They are
 * ordered by number, so a clock that is set back mixes up nothing. A killed agent leaves at most a torn last line, as the next
 * one begins a segment of its own.
 */
export class HistoryStore implements LineStore {
  readonly #options: HistoryOptions;
  #file: AppendFile | null = null;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  write(lines: Buffer): void {
    const { now, maxBytes } = this.#options;
    const time = now();
    const file = this.#file;
    if (file !== null && (file.size >= maxBytes / PARTS || Math.abs(time - file.openedAt) >= HOUR_MS)) {
      this.close();
    }
    this.#file ??= this.#begin(time);
    this.#file.append(lines);
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #begin(time: number): AppendFile {
    const { folder, maxBytes, days } = this.#options;
    makeFolder(folder, 0o700);
    pruneSegments(folder, maxBytes - maxBytes / PARTS, time - days * DAY_MS);
    const number = (listSegments(folder).at(-1)?.number ?? 0) + 1;
    return new AppendFile(join(folder, segmentName(number, time)), time);
  }
}
