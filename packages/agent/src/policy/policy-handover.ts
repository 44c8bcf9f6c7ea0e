import { fstatSync, ftruncateSync, writeSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { MemoryMap } from "@ringfence/kernel/system";
import { RingfenceError } from "@ringfence/model";
import type { ProfilesOrder } from "../profiles/assess-profiles.js";
import type { CoverageOrder } from "../profiles/profile-coverage.js";
import { errorOf, type PlainError, plainErrors } from "./plain-error.js";
import { PolicyErrors } from "./policy-errors.js";
import type { PolicyOptions } from "./policy-options.js";
import type { PolicyFile } from "./read-policy-files.js";

/** Where the compiling process finds the file that holds its order, and leaves its answer. */
export const HANDOVER_FD = 3;
/** Where it finds what the one before it read of a folder. */
export const MEMORY_FD = 4;
/** What it says when the answer is there: to take apart 300 MB, as its end does, takes the kernel 30 ms more. */
export const DONE = ".";

/** What is to be compiled: the content of the files, since only one process should decide what they hold. */
export interface PolicyOrder {
  readonly kind: "run";
  readonly files: readonly PolicyFile[];
  readonly options: PolicyOptions;
}

/** What the other process can be asked to do. */
export type ApartOrder = PolicyOrder | ProfilesOrder | CoverageOrder;

export type ApartAnswer =
  /** plain data, but for how it is disposed of */
  | { readonly kind: "done"; readonly result: object }
  /** `one`: thrown by itself, not among others */
  | { readonly kind: "errors"; readonly errors: readonly PlainError[]; readonly one: boolean }
  | { readonly kind: "failure"; readonly message: string; readonly stack: string };

/** Replaces what the file holds. Throws RF_POLICY_PROCESS where it may not become as large. */
export function handOver(fd: number, value: ApartOrder | ApartAnswer): void {
  const bytes = serialize(value);
  try {
    replace(fd, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EFBIG") throw error;
    throw new RingfenceError(
      "RF_POLICY_PROCESS",
      `Cannot compile the policy: it is handed between processes in a file of ${bytes.length} bytes, and the limit for files is smaller`,
      { hint: "raise the limit (ulimit -f), or make the policy smaller, and try again" },
    );
  }
}

function replace(fd: number, bytes: Uint8Array): void {
  ftruncateSync(fd);
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(fd, bytes, written, bytes.length - written, written);
  }
}

/**
 * What the other process left. Large tables lie in `memory`, and may not be touched once that is unmapped: the heap would
 * keep their place, and the supervisor's memory would grow with each change of its policy.
 */
export function takeOver<T extends ApartOrder | ApartAnswer>(fd: number): { value: T; memory: MemoryMap } {
  const memory = new MemoryMap(fd, 0, fstatSync(fd).size, false);
  return { value: deserialize(Buffer.from(memory.buffer)) as T, memory };
}

export function answerOfError(error: unknown): ApartAnswer {
  if (error instanceof PolicyErrors || error instanceof RingfenceError)
    return { kind: "errors", errors: plainErrors(error), one: error instanceof RingfenceError };
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { kind: "failure", message, stack };
}

/** The error that the compiling process caught. */
export function errorOfAnswer(answer: Exclude<ApartAnswer, { kind: "done" }>): Error {
  if (answer.kind === "failure") return Object.assign(new Error(answer.message), { stack: answer.stack });
  const errors = answer.errors.map(errorOf);
  const [first] = errors;
  return answer.one && first !== undefined ? first : new PolicyErrors(errors);
}
