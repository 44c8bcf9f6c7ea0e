import { readFileSync } from "node:fs";

/** Seconds since boot, the time asleep included (CLOCK_BOOTTIME), to 10 ms: a clock that nobody sets. */
export function uptimeSeconds(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}

/** The same in nanoseconds, as the kernel side has it. */
export function bootNs(): bigint {
  return BigInt(Math.round(uptimeSeconds() * 1e9));
}
