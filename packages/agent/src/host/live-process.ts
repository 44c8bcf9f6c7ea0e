import { readFileSync, readlinkSync } from "node:fs";
import type { PathFact, ProcessFacts } from "@ringfence/policy";
import { containerAt } from "../workloads/container-at.js";

/** The initial user namespace has this inode on every Linux (PROC_USER_INIT_INO). */
const INITIAL_USER_NAMESPACE = "user:[4026531837]";

/** A process as /proc shows it. */
export interface LiveProcess {
  readonly facts: ProcessFacts;
  /** What /proc does not show, or not to this caller, in sentences. */
  readonly gaps: readonly string[];
}

/**
 * Describes a process that runs now; null when there is none with this number. The kernel side of a fence knows more:
 * /proc shows no ancestor that has ended, and no program that was replaced by exec.
 * @param containerOf what is known of the container that a cgroup lies in; without it the runtimes are asked
 */
export function liveProcess(pid: number, containerOf = containerAt): LiveProcess | null {
  const status = read(pid, "status");
  if (status === null) return null;
  const exe = executableOf(pid);
  const gaps = ["programs before it that have ended, or that exec replaced, do not show in /proc"];
  if (exe === null) gaps.unshift(`/proc/${pid}/exe cannot be read: its executable counts as unknown`);
  const cgroup = cgroupOf(pid);
  if (cgroup === null) gaps.unshift(`/proc/${pid}/cgroup shows no cgroup v2 path: it counts as /`);
  const facts = {
    exe,
    ancestors: ancestorsOf(status),
    comm: read(pid, "comm")?.replace(/\n$/, "") ?? "",
    uid: effectiveId(status, "Uid"),
    gid: effectiveId(status, "Gid"),
    cgroup: cgroup ?? "/",
    container: containerOf(cgroup ?? "/"),
  };
  return { facts, gaps };
}

/** Executables above a process, nearest first; Ringfence's own supervisor is none, as in the kernel. */
function ancestorsOf(status: string): readonly (PathFact | null)[] {
  const ancestors: (PathFact | null)[] = [];
  for (let current: string | null = status; current !== null; ) {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(current)?.[1] ?? 0);
    if (parent === 0) break;
    current = read(parent, "status");
    if (current !== null && read(parent, "comm") !== "ringfence\n") ancestors.push(executableOf(parent));
  }
  return ancestors;
}

function executableOf(pid: number): PathFact | null {
  const link = readLink(pid, "exe");
  if (link === null) return null;
  const path = link.replace(/ \(deleted\)$/, "");
  return { path, trusted: path === link && isBelieved(pid) };
}

/**
 * Whether paths in its mount namespace count for an allow: the kernel asks who owns that namespace. Here, whether it
 * is that of PID 1, or the process is in the initial user namespace.
 */
function isBelieved(pid: number): boolean {
  if (readLink(pid, "ns/user") === INITIAL_USER_NAMESPACE) return true;
  const mounts = readLink(pid, "ns/mnt");
  return mounts !== null && mounts === readLink(1, "ns/mnt");
}

/** The second of four numbers: real, effective, saved, file system. */
function effectiveId(status: string, key: "Uid" | "Gid"): number {
  return Number(new RegExp(`^${key}:\\s+\\d+\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}

function cgroupOf(pid: number): string | null {
  const line = read(pid, "cgroup")
    ?.split("\n")
    .find((text) => text.startsWith("0::"));
  return line?.slice(3).replace(/ \(deleted\)$/, "") ?? null;
}

/** Null when the process is gone, or its file is not for this caller. */
function read(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return null;
  }
}

function readLink(pid: number, file: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/${file}`);
  } catch {
    return null;
  }
}
