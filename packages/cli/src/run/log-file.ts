import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { setStatusFlags, statusFlags } from "@ringfence/kernel/system";
import type { DnsLine, VerdictLine } from "@ringfence/model";
import { checkOwner, findPlace, pathOf } from "./find-place.js";
import { descriptorOf } from "./open-file.js";
import { openError } from "./report-target.js";

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = constants;
const FLAGS = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;
const LINE_FEED = 0x0a;

/** Appends verdicts and DNS queries to a file, whole lines at a time, and counts those it could not write. */
export class LogFile {
  readonly fd: number;
  #pending: string[] = [];
  #lost = 0;
  /** The file ends in a part of a line. */
  #isTorn = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Does not wait for the reader of a FIFO. Throws RF_REPORT_FILE. */
  static open(path: string): LogFile {
    try {
      const fd = descriptorOf(path) === null ? openPlace(path) : openSync(path, FLAGS, 0o600);
      setStatusFlags(fd, statusFlags(fd) & ~O_NONBLOCK);
      return new LogFile(fd);
    } catch (error) {
      throw openError(`Cannot open log "${path}" for appending`, error);
    }
  }

  get lost(): number {
    return this.#lost;
  }

  add(line: VerdictLine | DnsLine): void {
    this.#pending.push(`${JSON.stringify(line)}\n`);
  }

  /** Writes what was added. A full disk loses what does not fit, counted, and stops nothing. */
  flush(): void {
    const lines = this.#pending;
    if (lines.length === 0) return;
    this.#pending = [];
    const bytes = Buffer.from(`${this.#isTorn ? "\n" : ""}${lines.join("")}`);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.fd, bytes, written);
    } catch {
      this.#lost += bytes.subarray(Math.max(written, this.#isTorn ? 1 : 0)).filter(isLineFeed).length;
    }
    if (written > 0) this.#isTorn = bytes[written - 1] !== LINE_FEED;
  }

  close(): void {
    closeSync(this.fd);
  }
}

function isLineFeed(byte: number): boolean {
  return byte === LINE_FEED;
}

function openPlace(path: string): number {
  const place = findPlace(path);
  try {
    const fd = openSync(pathOf(place), FLAGS | O_NOFOLLOW, 0o600);
    checkOwner(fstatSync(fd), place);
    return fd;
  } finally {
    closeSync(place.directory);
  }
}
