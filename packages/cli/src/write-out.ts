import { writeSync } from "node:fs";

const RETRY_MS = 10;

/** Writes all of a text to a descriptor, also to a non-blocking one whose reader is slow. Nobody may be reading. */
export function writeOut(fd: number, text: string): void {
  try {
    writeAll(fd, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPIPE" && code !== "EBADF") throw error;
  }
}

/** The same, and throws also when nobody reads. */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
