import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { PolicyErrors, readPolicyFile } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import { usageError } from "./verb.js";

/** A policy file as it is sent to the agent, which reads no path that a caller names. */
export interface GivenFile {
  /** As the caller named it. */
  readonly path: string;
  readonly text: string;
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Reads files, and all policy files of folders. Throws PolicyErrors with all that cannot be read, and RF_USAGE where two have one name, or
 * a folder holds none.
 */
export function readGiven(paths: readonly string[]): readonly GivenFile[] {
  const files: GivenFile[] = [];
  const errors: RingfenceError[] = [];
  for (const path of withoutFolders(paths)) {
    const other = files.find((one) => basename(one.path) === basename(path));
    if (other !== undefined)
      throw usageError(`"${other.path}" and "${path}" have the same name`, "rename one of them");
    try {
      files.push({ path, text: textOf(path) });
    } catch (error) {
      if (!(error instanceof RingfenceError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new PolicyErrors(errors);
  return files;
}

/** What the agent is sent of them. */
export function namedTexts(files: readonly GivenFile[]) {
  return files.map(({ path, text }) => ({ name: basename(path), text }));
}

/** Paths where each folder has become its policy files. */
export function withoutFolders(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => (isFolder(path) ? policyFilesIn(path) : [path]));
}

function policyFilesIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => /^[^.].*\.ya?ml$/.test(name));
  if (names.length === 0)
    throw usageError(`The folder "${folder}" holds no policy file`, "name one with *.yaml");
  return names.toSorted().map((name) => join(folder, name));
}

function textOf(path: string): string {
  const bytes = readPolicyFile(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const options = { hint: "Save the file as UTF-8", location: { file: path, line: 1, column: 1 }, cause };
    throw new RingfenceError("RF_POLICY_ENCODING", "The policy is not valid UTF-8", options);
  }
}

/** Has errors say where the caller's own files are wrong: the agent knows them by their names in its folder. */
export async function withOwnPlaces<T>(files: readonly GivenFile[], asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const own = (one: RingfenceError) => placed(one, files);
    if (error instanceof PolicyErrors) throw new PolicyErrors(error.errors.map(own));
    throw error instanceof RingfenceError ? own(error) : error;
  }
}

function placed(error: RingfenceError, files: readonly GivenFile[]): RingfenceError {
  const { code, message, hint, location, cause } = error;
  const given = location && files.find(({ path }) => basename(path) === basename(location.file));
  if (location === undefined || given === undefined) return error;
  return new RingfenceError(code, message, { hint, cause, location: { ...location, file: given.path } });
}
