import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 1 << 18;
/** Nothing that Ringfence writes has longer lines. */
const LONGEST_LINE = 1 << 20;
const LINE_FEED = 0x0a;

/** What was skipped. */
export interface SkippedLines {
  /** longer than 1 MiB */
  long: number;
}

/**
 * The lines of a file or pipe, without their ends, one after the other: never more than one line and one chunk in memory. A last
 * line without its end is given, too. Throws the error of the file system.
 */
export function* readLines(path: string, skipped: SkippedLines = { long: 0 }): Generator<string> {
  const fd = openSync(path, "r");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let parts: Buffer[] = [];
  let length = 0;
  const take = (rest: Buffer): string | null => {
    const isLong = length + rest.length > LONGEST_LINE;
    const line = isLong ? null : Buffer.concat([...parts, rest]).toString();
    if (isLong) skipped.long += 1;
    parts = [];
    length = 0;
    return line;
  };
  try {
    for (;;) {
      const count = readSync(fd, chunk);
      if (count === 0) break;
      let from = 0;
      for (
        let end = chunk.indexOf(LINE_FEED);
        end >= 0 && end < count;
        end = chunk.indexOf(LINE_FEED, from)
      ) {
        const line = take(chunk.subarray(from, end));
        from = end + 1;
        if (line !== null) yield line;
      }
      length += count - from;
      // what is too long is not kept
      if (length <= LONGEST_LINE) parts.push(Buffer.from(chunk.subarray(from, count)));
    }
    if (length > 0) {
      const line = take(Buffer.alloc(0));
      if (line !== null) yield line;
    }
  } finally {
    closeSync(fd);
  }
}
