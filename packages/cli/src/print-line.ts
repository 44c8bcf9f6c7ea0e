import { writeOut } from "./write-out.js";

/** Prints a line of our own on stderr. */
export function printLine(text: string): void {
  try {
    writeOut(2, `ringfence: ${text}\n`);
  } catch {
    // stderr takes nothing, and there is nobody else to tell; the status still says that something went wrong
  }
}
