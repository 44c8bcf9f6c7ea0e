import { RingfenceError } from "@ringfence/model";
import { largestPolicyFile } from "@ringfence/policy";
import { readBounded } from "./read-bounded.js";

/** A policy file as it was read; nobody has looked into it yet. */
export interface PolicyFile {
  /** as it was named, for locations */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Reads policy files, pipes too, and none far beyond what a policy may have. Throws RF_POLICY_FILE. */
export function readPolicyFiles(files: readonly string[]): readonly PolicyFile[] {
  return files.map((file) => ({ file, bytes: readPolicyFile(file) }));
}

/** What one of them holds. Throws RF_POLICY_FILE. */
export function readPolicyFile(file: string): Uint8Array {
  try {
    return readBounded(file, largestPolicyFile);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RingfenceError("RF_POLICY_FILE", `Cannot read policy file "${file}": ${reason}`, {
      cause: error,
    });
  }
}
