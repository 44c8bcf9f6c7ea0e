import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute } from "node:path";

/** As many links as the kernel follows. */
const MOST_LINKS = 40;

/** Path without links of a file that need not exist yet, also through links whose target is missing. */
export function resolveLinks(path: string, links = MOST_LINKS): string {
  const name = basename(path);
  if (name === "" || path.endsWith("/")) throw new Error("it has no file name");
  const directory = realpathSync.native(dirname(path));
  const file = `${directory === "/" ? "" : directory}/${name}`;
  const target = linkOf(file);
  if (target === null) return file;
  if (links === 0) throw new Error("too many symbolic links");
  return resolveLinks(isAbsolute(target) ? target : `${directory}/${target}`, links - 1);
}

/** null for what is no link, or not there */
function linkOf(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EINVAL" || code === "ENOENT") return null;
    throw error;
  }
}
