import { fstatSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { RingfenceError } from "@ringfence/model";
import type { RunPolicy } from "./compile-policy.js";
import type { PolicyFile } from "./read-policy-files.js";
import { PolicyErrors } from "./read-profiles.js";
import type { PolicyOptions } from "./run-options.js";

/** Where the compiling process finds the file that holds its order, and leaves its answer. */
export const HANDOVER_FD = 3;

/** What is to be compiled: the content of the files, since only one process should decide what they hold. */
export interface PolicyOrder {
  readonly files: readonly PolicyFile[];
  readonly options: PolicyOptions;
}

/** An error as plain data; classes do not cross processes. */
type SentError = Pick<RingfenceError, "code" | "message" | "hint" | "location">;

export type PolicyAnswer =
  | { readonly kind: "policy"; readonly policy: RunPolicy }
  /** `one`: thrown by itself, not among others */
  | { readonly kind: "errors"; readonly errors: readonly SentError[]; readonly one: boolean }
  | { readonly kind: "failure"; readonly message: string; readonly stack: string };

/** Replaces what the file holds. */
export function handOver(fd: number, value: PolicyOrder | PolicyAnswer): void {
  const bytes = serialize(value);
  ftruncateSync(fd);
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(fd, bytes, written, bytes.length - written, written);
  }
}

/** Reads what the other process left. Large tables are views of one buffer. */
export function takeOver<T extends PolicyOrder | PolicyAnswer>(fd: number): T {
  const bytes = Buffer.allocUnsafeSlow(fstatSync(fd).size);
  for (let read = 0; read < bytes.length; ) {
    const count = readSync(fd, bytes, read, bytes.length - read, read);
    if (count === 0) throw new Error(`Cannot take over the policy: it ends after ${read} bytes`);
    read += count;
  }
  return deserialize(bytes) as T;
}

export function answerOfError(error: unknown): PolicyAnswer {
  if (error instanceof PolicyErrors) return { kind: "errors", errors: error.errors.map(sent), one: false };
  if (error instanceof RingfenceError) return { kind: "errors", errors: [sent(error)], one: true };
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { kind: "failure", message, stack };
}

/** The policy; throws what the compiling process caught. */
export function policyOf(answer: PolicyAnswer): RunPolicy {
  if (answer.kind === "policy") return answer.policy;
  if (answer.kind === "failure") throw Object.assign(new Error(answer.message), { stack: answer.stack });
  const errors = answer.errors.map(({ code, message, ...rest }) => new RingfenceError(code, message, rest));
  const [first] = errors;
  throw answer.one && first !== undefined ? first : new PolicyErrors(errors);
}

function sent({ code, message, hint, location }: RingfenceError): SentError {
  return { code, message, ...(hint && { hint }), ...(location && { location }) };
}
