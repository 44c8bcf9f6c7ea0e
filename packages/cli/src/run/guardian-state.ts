import { openSync, readSync, rmSync, writeSync } from "node:fs";
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
  /** the run's network namespace, its cookie as text */
  readonly network: { readonly cookie: string; readonly inode: number };
  readonly privileged: boolean;
}

/** Where in the file the present state lies, as text of a fixed length at its beginning. */
interface Place {
  readonly offset: number;
  readonly length: number;
}

const PLACE_BYTES = 32;

/**
 * A descriptor that holds the state and has no name: what a fenced root command writes below /run does not reach it.
 * Made once, before the command starts, for all guardians of the run.
 */
export function storeGuardianState(state: GuardianState): number {
  const path = runFile(state.id, "state");
  const fd = openSync(path, "wx+", 0o600);
  rmSync(path);
  writeAt(fd, placeBytes({ offset: PLACE_BYTES, length: 0 }), 0);
  replaceGuardianState(fd, state);
  return fd;
}

/**
 * Writes another state beside the present one, then points to it: whenever we are killed, a guardian finds one of them
 * whole.
 */
export function replaceGuardianState(fd: number, state: GuardianState): void {
  const bytes = Buffer.from(JSON.stringify(state));
  const present = readPlace(fd);
  const fitsBefore = PLACE_BYTES + bytes.length <= present.offset;
  const offset = fitsBefore ? PLACE_BYTES : present.offset + present.length;
  writeAt(fd, bytes, offset);
  writeAt(fd, placeBytes({ offset, length: bytes.length }), 0);
}

/** Reads it from its place, wherever others who share the descriptor stand. */
export function readGuardianState(fd: number): GuardianState {
  const { offset, length } = readPlace(fd);
  return JSON.parse(readAt(fd, offset, length).toString()) as GuardianState;
}

function placeBytes({ offset, length }: Place): Buffer {
  return Buffer.from(JSON.stringify([offset, length]).padEnd(PLACE_BYTES));
}

function readPlace(fd: number): Place {
  const [offset = 0, length = 0] = JSON.parse(readAt(fd, 0, PLACE_BYTES).toString()) as number[];
  return { offset, length };
}

function writeAt(fd: number, bytes: Buffer, start: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(fd, bytes, written, bytes.length - written, start + written);
  }
}

function readAt(fd: number, start: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let read = 0; read < length; ) {
    const count = readSync(fd, bytes, read, length - read, start + read);
    if (count === 0) throw new Error(`Cannot read the guardian's state: it ends after ${start + read} bytes`);
    read += count;
  }
  return bytes;
}
