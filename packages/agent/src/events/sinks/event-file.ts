import { readdirSync, renameSync, statSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppendFile } from "./append-file.js";
import type { LineStore } from "./line-store.js";

export interface EventFileOptions {
  readonly path: string;
  /** Of the file and the rotated ones together. */
  readonly maxBytes: number;
  readonly maxDays: number;
  /** milliseconds since 1970 */
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
/** A file is rotated when it has this part of the room, or is a day old. */
const PARTS = 8;

/** Events in a file that log shippers follow: full or old, it is renamed to `path.N`, with N counting up, and a new one begun. */
export class EventFile implements LineStore {
  readonly #options: EventFileOptions;
  #file: AppendFile | null = null;

  constructor(options: EventFileOptions) {
    this.#options = options;
  }

  write(lines: Buffer): void {
    const { path, maxBytes, now } = this.#options;
    const time = now();
    this.#file ??= new AppendFile(path, birthOf(path) ?? time);
    const { size, openedAt } = this.#file;
    const isOld = Math.abs(time - openedAt) >= DAY_MS;
    if (size > 0 && (size + lines.length > maxBytes / PARTS || isOld)) this.#rotate(time);
    this.#file ??= new AppendFile(path, time);
    this.#file.append(lines);
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #rotate(time: number): void {
    const { path, maxBytes, maxDays } = this.#options;
    this.close();
    const rotated = rotatedFiles(path);
    const next = (rotated.at(-1)?.number ?? 0) + 1;
    renameSync(path, `${path}.${next}`);
    let total = rotated.reduce((sum, { bytes }) => sum + bytes, statSync(`${path}.${next}`).size);
    for (const { number, bytes, writtenAt } of rotated) {
      if (total <= maxBytes - maxBytes / PARTS && writtenAt >= time - maxDays * DAY_MS) break;
      unlinkSync(`${path}.${number}`);
      total -= bytes;
    }
  }
}

/** When a file that is there was begun; null for none. */
function birthOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.birthtimeMs ?? null;
}

function rotatedFiles(path: string) {
  const start = `${basename(path)}.`;
  return readdirSync(dirname(path))
    .flatMap((name) => {
      const number = name.startsWith(start) ? /^[0-9]+$/.exec(name.slice(start.length))?.[0] : undefined;
      const found =
        number === undefined ? undefined : statSync(join(dirname(path), name), { throwIfNoEntry: false });
      return found === undefined
        ? []
        : [{ number: Number(number), bytes: found.size, writtenAt: found.mtimeMs }];
    })
    .toSorted((a, b) => a.number - b.number);
}
