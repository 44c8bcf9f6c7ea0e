import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { RingfenceError } from "@ringfence/model";
import { plainError } from "../policy/plain-error.js";
import { type PolicyFile, readPolicyFile } from "../policy/read-policy-files.js";
import { changeableByOthers, stampOf } from "../policy/watched-file.js";
import type { UnreadableFile } from "./assess-profiles.js";

/** What a folder of profiles holds now. */
export interface FolderContent {
  readonly files: readonly PolicyFile[];
  readonly unreadable: readonly UnreadableFile[];
}

/** Names that count: those that begin with a dot are for editors, and for files that are being written. */
const profileName = /^[^.].*\.ya?ml$/;

/** True for a name that a file of the folder may have when the agent writes it. */
export function isProfileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.ya?ml$/.test(name);
}

/** Reads all files of a folder. Throws RF_POLICY_FOLDER when the folder itself cannot be read, or others may write in it. */
export function readFolder(folder: string): FolderContent {
  const weak = namesIn(folder) && changeableByOthers(folder);
  if (weak !== null) throw weakError("RF_POLICY_FOLDER", folder, weak);
  const files: PolicyFile[] = [];
  const unreadable: UnreadableFile[] = [];
  for (const name of namesIn(folder)) {
    const file = join(folder, name);
    try {
      files.push({ file, bytes: readOwned(file) });
    } catch (error) {
      // Removed since the names were read: it is gone, as the next look will find.
      if (lstatSync(file, { throwIfNoEntry: false }) === undefined) continue;
      unreadable.push({ file, error: plainError(asPolicyError(error, file)) });
    }
  }
  return { files, unreadable };
}

/** What tells one content of a folder from another without reading the files; null when the folder cannot be read. */
export function stampOfFolder(folder: string): string | null {
  try {
    return namesIn(folder)
      .map((name) => `${name}:${stampOf(join(folder, name))}`)
      .join("\n");
  } catch (error) {
    if (error instanceof RingfenceError) return null;
    throw error;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => profileName.test(name))
      .sort();
  } catch (cause) {
    throw new RingfenceError(
      "RF_POLICY_FOLDER",
      `Cannot read the folder of profiles "${folder}": ${(cause as Error).message}`,
      {
        hint: "Make it, or name another one in profiles; what was in force stays in force",
        cause,
      },
    );
  }
}

function readOwned(file: string): Uint8Array {
  const weak = changeableByOthers(file);
  if (weak !== null) throw weakError("RF_POLICY_FILE", file, weak);
  if (!lstatSync(realpathSync(file)).isFile())
    throw new RingfenceError("RF_POLICY_FILE", `"${file}" is no regular file`);
  return readPolicyFile(file);
}

function weakError(code: "RF_POLICY_FILE" | "RF_POLICY_FOLDER", path: string, weak: string): RingfenceError {
  return new RingfenceError(code, `Cannot follow "${path}": others may change "${weak}"`, {
    hint: "let root own it and every directory above it, and nobody else write there",
  });
}

function asPolicyError(error: unknown, file: string): RingfenceError {
  if (error instanceof RingfenceError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new RingfenceError("RF_POLICY_FILE", `Cannot read policy file "${file}": ${reason}`, {
    cause: error,
  });
}
