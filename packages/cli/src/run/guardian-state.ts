import { fstatSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import type { NamedPolicy } from "@ringfence/agent";
import { runFile } from "./run-state.js";

/** What a guardian needs to go on with the log and to clean up. */
export interface GuardianState {
  readonly id: string;
  readonly cgroup: string;
  readonly host: string;
  /** in the order in which they were in force */
  readonly policies: readonly NamedPolicy[];
  readonly labels: Readonly<Record<string, string>>;
  readonly logs: boolean;
}

/**
 * A descriptor that holds the state and has no name: what a fenced root command writes below /run does not reach it.
 * Made once, before the command starts, for all guardians of the run.
 */
export function storeGuardianState(state: GuardianState): number {
  const path = runFile(state.id, "state");
  const fd = openSync(path, "wx+", 0o600);
  rmSync(path);
  const bytes = Buffer.from(JSON.stringify(state));
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  return fd;
}

/** Reads it from its beginning, wherever others who share the descriptor stand. */
export function readGuardianState(fd: number): GuardianState {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  for (let read = 0; read < bytes.length; ) {
    const count = readSync(fd, bytes, read, bytes.length - read, read);
    if (count === 0) throw new Error(`Cannot read the guardian's state: it ends after ${read} bytes`);
    read += count;
  }
  return JSON.parse(bytes.toString()) as GuardianState;
}
