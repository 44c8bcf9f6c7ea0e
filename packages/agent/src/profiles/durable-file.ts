import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { RingfenceError } from "@ringfence/model";

/** Replaces a file as a whole, so that a crash leaves the old content or the new. Throws RF_STATE. */
export function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  try {
    const fd = openSync(temporary, "w", mode);
    try {
      writeAll(fd, Buffer.from(content));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncFolder(path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw stateError("write", path, cause);
  }
}

/** Removes a file; an absent one is no error. Throws RF_STATE. */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
    syncFolder(path);
  } catch (cause) {
    throw stateError("remove", path, cause);
  }
}

/** Adds to the end of a file, and returns when it is on the disk. Throws RF_STATE. */
export function appendFile(path: string, text: string): void {
  try {
    const fd = openSync(path, "a", 0o600);
    try {
      writeAll(fd, Buffer.from(text));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw stateError("write", path, cause);
  }
}

/** The text of a file; null when there is none. Throws RF_STATE. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw stateError("read", path, cause);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

/** A rename is on the disk when its folder is. */
function syncFolder(path: string): void {
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function stateError(action: string, path: string, cause: unknown): RingfenceError {
  return new RingfenceError("RF_STATE", `Cannot ${action} "${path}": ${(cause as Error).message}`, {
    hint: "Free some space, and check the folder and its permissions",
    cause,
  });
}
