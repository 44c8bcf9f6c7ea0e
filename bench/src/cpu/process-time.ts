import { readFileSync } from "node:fs";

/** /proc counts in hundredths of a second on every architecture (USER_HZ). */
const MS_PER_TICK = 10;

/** CPU time that a process has used so far, in milliseconds. */
export function processTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return ticksOf(stat) * MS_PER_TICK;
}

/** User and system time of a line of /proc/PID/stat; the command in it, in brackets, can hold anything. */
export function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
