import { closeSync } from "node:fs";
import { type BpfLink, BpfObject, type BpfProgram, type Cgroup2 } from "@ringfence/kernel";
import { includeSearch } from "../fence/borrowed.js";
import { expectGuard, guardHooks, includeGuard, isGuardRefusal } from "../fence/guard.js";
import {
  borrowedEnds,
  borrowedSearch,
  callHooks,
  packetHooks,
  processHooks,
  rejudgements,
  scans,
  socketHooks,
} from "../fence/hooks.js";
import { includePacketSocketStop } from "../fence/packet-sockets.js";

/** What became of one of our own programs on this kernel. */
export interface ProgramExamination {
  readonly name: string;
  /** instructions the verifier walked; the limit is a million, our own 100,000 */
  readonly verifiedInstructions: number;
  readonly attached: "attached" | "refused" | "not tried";
  readonly detail: string;
}

export interface ObjectExamination {
  readonly loadMs: number;
  readonly programs: readonly ProgramExamination[];
}

/**
 * Loads the product's object and attaches each program for a moment: cgroup hooks to a scratch cgroup without
 * processes, which is removed again; tracepoints, which with nobody fenced only keep records. Throws what loading throws: RF_LOAD_REFUSED, RF_FEATURE_MISSING, RF_NO_BTF.
 */
export function examineObject(path: string, cgroups: Cgroup2): ObjectExamination {
  const started = performance.now();
  using object = open(path);
  const loadMs = Math.round(performance.now() - started);
  const scratch = `/ringfence-doctor-${process.pid}`;
  cgroups.create(scratch);
  const directory = cgroups.openDirectory(scratch);
  try {
    return { loadMs, programs: object.programs().map((program) => examine(program, directory)) };
  } finally {
    closeSync(directory);
    cgroups.remove(scratch);
  }
}

/** Loads it with the security module hooks, or without where they are refused. */
function open(path: string): BpfObject {
  const expected = expectGuard();
  const object = BpfObject.open(path);
  try {
    if (expected.status === "active") includeGuard(object);
    includeSearch(object);
    includePacketSocketStop(object);
    object.load();
    return object;
  } catch (error) {
    object.close();
    if (expected.status !== "active" || !isGuardRefusal(error)) throw error;
  }
  const without = BpfObject.open(path);
  includeSearch(without);
  includePacketSocketStop(without);
  without.load();
  return without;
}

function examine(program: BpfProgram, directory: number): ProgramExamination {
  const { name } = program;
  if (!program.autoload) {
    return { name, verifiedInstructions: 0, attached: "not tried", detail: "not for this kernel or run" };
  }
  const verifiedInstructions = program.verifiedInstructions();
  const attach = attachment(program, directory);
  if (attach === null) return { name, verifiedInstructions, attached: "not tried", detail: "" };
  try {
    attach().destroy();
    return { name, verifiedInstructions, attached: "attached", detail: "" };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, verifiedInstructions, attached: "refused", detail };
  }
}

/** null for a program that is run, not attached. */
function attachment(program: BpfProgram, directory: number): (() => BpfLink) | null {
  const isOneOf = (names: readonly string[]) => names.includes(program.name);
  if (isOneOf([...callHooks, ...packetHooks])) return () => program.attachCgroup(directory);
  if (isOneOf([...processHooks, ...socketHooks, ...guardHooks])) return () => program.attach();
  return isOneOf([...scans, ...rejudgements, borrowedSearch, ...borrowedEnds])
    ? () => program.attachIter()
    : null;
}
