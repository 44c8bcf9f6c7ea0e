import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder, and those above it that are missing. Throws the error of the file system. Node's own recursive mkdir tries for ever
 * where the kernel says ENOENT below a folder that is there, as sysfs and procfs do.
 */
export function makeFolder(path: string, mode: number): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // somebody else may have made it meanwhile
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
