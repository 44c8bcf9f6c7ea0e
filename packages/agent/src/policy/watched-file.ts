import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What tells one content of a path from another without reading it; null while there is no such file. */
export function stampOf(path: string): string | null {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch {
    return null;
  }
}

/**
 * Who other than root could change what stands at a path: the first part of it that belongs to somebody else, or that
 * others may write. Null when nobody could. In a directory with the sticky bit others cannot replace root's files.
 */
export function changeableByOthers(path: string): string | null {
  for (const start of [path, realpathSync(path)]) {
    for (let at = start; ; at = dirname(at)) {
      const { uid, mode } = lstatSync(at);
      const isLink = (mode & 0o170000) === 0o120000;
      const isSticky = (mode & 0o171000) === 0o041000;
      if (uid !== 0 || (!isLink && !isSticky && (mode & 0o022) !== 0)) return at;
      if (dirname(at) === at) break;
    }
  }
  return null;
}
