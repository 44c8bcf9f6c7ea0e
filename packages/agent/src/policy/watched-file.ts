import { lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What tells one content of a path from another without reading it; null while there is no such file. */
export function stampOf(path: string): string | null {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch {
    return null;
  }
}

/** Links that are followed on the way to one file: as many as the kernel follows. */
const MOST_LINKS = 40;

/**
 * Who other than root could change what stands at a path: the first part of the way to it, each link's included, that
 * belongs to somebody else, or that others may write. Null when nobody could. In a directory with the sticky bit others
 * cannot replace root's files.
 */
export function changeableByOthers(path: string): string | null {
  for (const start of placesOf(path)) {
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

/** Each link on the way, and where it ends; the directories above any of them are no links. */
function* placesOf(path: string): Generator<string> {
  let left = resolve(path).split("/").filter(Boolean);
  let at = "/";
  for (let links = 0; left.length > 0; ) {
    const [name = "", ...rest] = left;
    const next = join(at, name);
    if (!lstatSync(next).isSymbolicLink()) {
      at = next;
      left = rest;
      continue;
    }
    yield next;
    if (++links > MOST_LINKS) throw new Error(`Too many links on the way to "${path}"`);
    const target = resolve(at, readlinkSync(next));
    left = [...target.split("/").filter(Boolean), ...rest];
    at = "/";
  }
  yield at;
}
