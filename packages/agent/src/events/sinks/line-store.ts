/** Keeps lines on a disk. */
export interface LineStore {
  /** Writes whole lines; throws the error of the file system when they did not all fit. */
  write(lines: Buffer): void;
  close(): void;
}
