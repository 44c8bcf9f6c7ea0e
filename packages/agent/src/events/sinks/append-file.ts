import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";

const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;

/** A file that whole lines are appended to: what did not fit leaves no torn line behind. */
export class AppendFile {
  readonly openedAt: number;
  readonly #fd: number;
  #size: number;

  /**
   * Throws the error of the file system.
   * @param now milliseconds since 1970
   */
  constructor(path: string, now: number) {
    this.#fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
    this.#size = fstatSync(this.#fd).size;
    this.openedAt = now;
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  append(bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (error) {
      if (written > 0) ftruncateSync(this.#fd, this.#size);
      throw error;
    }
    this.#size += written;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
