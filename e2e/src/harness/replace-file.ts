import { renameSync, writeFileSync } from "node:fs";

/** A whole file at once, as editors and configuration tools leave it. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}
