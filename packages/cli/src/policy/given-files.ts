import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { PolicyErrors, readPolicyFile } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";

/** A policy file as it is sent to the agent, which reads no path that a caller names. */
export interface GivenFile {
  readonly name: string;
  readonly text: string;
}

/** Reads a file, or all policy files of a folder. Throws RF_POLICY_FILE. */
export function readGiven(path: string): {
  readonly files: readonly GivenFile[];
  readonly isFolder: boolean;
} {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    return { files: [read(path)], isFolder: false };
  const names = readdirSync(path).filter((name) => /^[^.].*\.ya?ml$/.test(name));
  return { files: names.toSorted().map((name) => read(join(path, name))), isFolder: true };
}

function read(path: string): GivenFile {
  const bytes = readPolicyFile(path);
  try {
    return { name: basename(path), text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (cause) {
    const options = { hint: "Save the file as UTF-8", location: { file: path, line: 1, column: 1 }, cause };
    throw new RingfenceError("RF_POLICY_ENCODING", "The policy is not valid UTF-8", options);
  }
}

/** Has errors say where the caller's own files are wrong: the agent knows them by their names in its folder. */
export async function withOwnPlaces<T>(path: string, isFolder: boolean, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const own = (one: RingfenceError) => placed(one, path, isFolder);
    if (error instanceof PolicyErrors) throw new PolicyErrors(error.errors.map(own));
    throw error instanceof RingfenceError ? own(error) : error;
  }
}

function placed(error: RingfenceError, path: string, isFolder: boolean): RingfenceError {
  const { code, message, hint, location, cause } = error;
  const name = location && basename(location.file);
  if (location === undefined || name === undefined || (!isFolder && name !== basename(path))) return error;
  const file = isFolder ? join(path, name) : path;
  return new RingfenceError(code, message, { hint, cause, location: { ...location, file } });
}
