import { readFileSync } from "node:fs";

/** Seconds since boot, the time asleep included (CLOCK_BOOTTIME): a clock that nobody sets. */
export function uptimeSeconds(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}
