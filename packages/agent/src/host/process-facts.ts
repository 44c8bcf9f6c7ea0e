import { readFileSync, readlinkSync } from "node:fs";
import type { PathFact } from "@ringfence/policy";

/** Executables of a process and those above it, nearest first, as /proc shows them; unreadable ones are left out. */
export function executablesAbove(pid: number): PathFact[] {
  const found: PathFact[] = [];
  for (let current = pid; current > 0; current = parentOf(current)) {
    const path = executableOf(current);
    if (path !== null) found.push({ path, trusted: true });
  }
  return found;
}

function executableOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return null; // a kernel thread, or gone
  }
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0; // gone
  }
}
