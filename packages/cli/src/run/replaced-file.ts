import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { writeAll } from "../write-out.js";
import { type Place, pathOf } from "./find-place.js";

const PERMISSIONS = 0o7777;

/**
 * A regular file that is replaced as a whole, owner and mode kept: readers see the old content or the new, and what
 * the command wrote into it is gone. Its directory is held from the start, so that a command that may rename
 * directories cannot lead a report of root elsewhere.
 */
export class ReplacedFile {
  readonly fd = null;
  readonly #place: Place;
  readonly #existing: number | null;
  readonly #inPlace: boolean;

  private constructor(place: Place, existing: number | null, inPlace: boolean) {
    this.#place = place;
    this.#existing = existing;
    this.#inPlace = inPlace;
  }

  /**
   * Throws when the file could not be written.
   * @param existing the file that is there, open for writing; the directory of such a one may be read-only
   */
  static prepare(place: Place, existing: number | null): ReplacedFile {
    try {
      const trial = createBeside(place);
      closeSync(trial.fd);
      rmSync(trial.path);
    } catch (error) {
      if (existing === null) throw error;
      return new ReplacedFile(place, existing, true);
    }
    return new ReplacedFile(place, existing, false);
  }

  /** Throws the error of the file system, with the old content in place. */
  write(text: string): void {
    try {
      if (this.#inPlace) this.#overwrite(text);
      else this.#replace(text);
    } finally {
      closeSync(this.#place.directory);
      if (this.#existing !== null) closeSync(this.#existing);
    }
  }

  #replace(text: string): void {
    const { fd, path } = createBeside(this.#place);
    try {
      try {
        if (this.#existing !== null) copyAccess(this.#existing, fd);
        writeAll(fd, text);
      } finally {
        closeSync(fd);
      }
      renameSync(path, pathOf(this.#place));
    } catch (error) {
      rmSync(path, { force: true });
      // a file that is a mount point, as containers have them
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      this.#overwrite(text);
    }
  }

  #overwrite(text: string): void {
    if (this.#existing === null) throw new Error("a mount appeared in its place");
    ftruncateSync(this.#existing);
    writeAll(this.#existing, text);
  }
}

function createBeside({ directory }: Place): { readonly fd: number; readonly path: string } {
  const path = pathOf({ directory, name: `.ringfence-${randomBytes(6).toString("hex")}` });
  return { fd: openSync(path, "wx", 0o600), path };
}

function copyAccess(from: number, to: number): void {
  const { mode, uid, gid } = fstatSync(from);
  fchownSync(to, uid, gid);
  fchmodSync(to, mode & PERMISSIONS);
}
