import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type Stats } from "node:fs";

/** An entry of a directory that is held open, wherever that is moved: what it names need not exist. */
export interface Place {
  readonly directory: number;
  readonly name: string;
}

/** Somebody else than root could lead us elsewhere, or already holds what is there. */
export class UnsafePlace extends Error {
  override readonly name = "UnsafePlace";
}

const { O_DIRECTORY, O_NOFOLLOW } = constants;
const O_PATH = 0o10000000;
/** As many links as the kernel follows. */
const MOST_LINKS = 40;
const STICKY = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;

/** Path of a place, for calls that take one. */
export function pathOf({ directory, name }: Place): string {
  return `/proc/self/fd/${directory}/${name}`;
}

/**
 * Walks a path directory by directory, each opened from the one before and none through a link, so that nothing can be
 * changed between a look and a use. Links are followed only where root put them into a directory that nobody else can
 * change. Throws UnsafePlace for others, and the errors of the file system.
 */
export function findPlace(path: string): Place {
  let rest = componentsOf(path);
  let directory = openDirectory(path.startsWith("/") ? "/" : ".");
  try {
    for (let links = 0; ; ) {
      const [name = "", ...further] = rest;
      const place = { directory, name };
      const target = linkOf(place);
      if (target !== null) {
        if (++links > MOST_LINKS) throw new Error("too many symbolic links");
        rest = [...componentsOf(target), ...further];
        if (target.startsWith("/")) directory = replaced(directory, "/");
      } else if (further.length === 0) {
        return place;
      } else {
        directory = replaced(directory, pathOf(place));
        rest = further;
      }
    }
  } catch (error) {
    closeSync(directory);
    throw error;
  }
}

/**
 * Refuses what others could have put into a directory where they may write: a file that is neither root's nor of the
 * directory's owner, or that has another name elsewhere. Devices only root can make. Throws UnsafePlace.
 */
export function checkOwner(file: Stats, { directory, name }: Place): void {
  const { uid, mode } = fstatSync(directory);
  const isRootsAlone = uid === 0 && (mode & WRITABLE_BY_OTHERS) === 0;
  if (isRootsAlone || !(file.isFile() || file.isFIFO())) return;
  if (file.uid !== 0 && file.uid !== uid) {
    throw new UnsafePlace(
      `"${name}" belongs to user ${file.uid}, and others than root may write its directory`,
    );
  }
  if (file.nlink > 1) {
    throw new UnsafePlace(`"${name}" has ${file.nlink} names, and others could have given it this one`);
  }
}

function componentsOf(path: string): string[] {
  const components = path.split("/").filter((component) => component !== "" && component !== ".");
  const last = components.at(-1);
  if (last === undefined || last === ".." || path.endsWith("/")) throw new Error("it has no file name");
  return components;
}

/** Where a link leads; null for what is none, or not there. */
function linkOf(place: Place): string | null {
  const link = lstatSync(pathOf(place), { throwIfNoEntry: false });
  if (link === undefined || !link.isSymbolicLink()) return null;
  const { uid, mode } = fstatSync(place.directory);
  const isRoots = uid === 0 && ((mode & WRITABLE_BY_OTHERS) === 0 || (mode & STICKY) !== 0);
  if (link.uid !== 0 || !isRoots) {
    throw new UnsafePlace(`"${place.name}" is a symbolic link that others than root could have put there`);
  }
  return readlinkSync(pathOf(place));
}

function openDirectory(path: string): number {
  return openSync(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

function replaced(directory: number, path: string): number {
  const next = openDirectory(path);
  closeSync(directory);
  return next;
}
