import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { RingfenceError } from "@ringfence/model";

/** A file, and what it holds; null where there is none. */
export interface FileContent {
  readonly file: string;
  readonly text: string | null;
}

/** Replaces a file as a whole, so that a crash leaves the old content or the new. Throws RF_STATE. */
export function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): void {
  stage(path, content, mode);
  settle(path);
}

/**
 * Makes files hold what is given, or removes them. All of it is on the disk before the first file changes: a full one
 * changes nothing. Throws RF_STATE.
 */
export function replaceFiles(contents: readonly FileContent[], mode: number): void {
  try {
    for (const { file, text } of contents) if (text !== null) stage(file, text, mode);
    for (const { file, text } of contents) {
      if (text === null) removeFile(file);
      else settle(file);
    }
  } catch (error) {
    for (const { file } of contents) rmSync(stagedAs(file), { force: true });
    throw error;
  }
}

function stagedAs(path: string): string {
  return join(dirname(path), `.${basename(path)}.new`);
}

/** Writes what a file will hold beside it. */
function stage(path: string, content: string | Uint8Array, mode: number): void {
  const staged = stagedAs(path);
  try {
    const fd = openSync(staged, "w", mode);
    try {
      writeAll(fd, Buffer.from(content));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    rmSync(staged, { force: true });
    throw stateError("write", path, cause);
  }
}

/** Puts what was written beside a file in its place. */
function settle(path: string): void {
  try {
    renameSync(stagedAs(path), path);
    syncFolder(path);
  } catch (cause) {
    rmSync(stagedAs(path), { force: true });
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
