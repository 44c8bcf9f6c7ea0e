import { readFileSync } from "node:fs";

/** Memory of one process, in MiB. */
export interface ProcessMemory {
  /** every page it has in memory; shared ones count in full */
  readonly rss: number;
  /** the same, shared pages divided by the number of their users */
  readonly pss: number;
}

export function processMemory(pid: number): ProcessMemory {
  return {
    rss: kibibytes(readFileSync(`/proc/${pid}/status`, "utf8"), "VmRSS") / 1024,
    pss: kibibytes(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss") / 1024,
  };
}

/** A "Name:   123 kB" line of /proc. Throws when it is missing. */
export function kibibytes(text: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  if (found === undefined) throw new Error(`Cannot find "${name}" in the memory figures of a process`);
  return Number(found);
}
