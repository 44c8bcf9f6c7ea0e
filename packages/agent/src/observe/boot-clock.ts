import { readFileSync } from "node:fs";
import { uptimeSeconds } from "../host/uptime.js";

/** Converts the kernel's boot clock, in nanoseconds, to wall time. */
export class BootClock {
  readonly #offsetMs: number;

  constructor() {
    this.#offsetMs = Date.now() - uptimeSeconds() * 1000;
  }

  /** RFC 3339 in UTC, to the millisecond. /proc/uptime has a resolution of 10 ms. */
  toIso(bootNs: bigint): string {
    return new Date(this.#offsetMs + Number(bootNs) / 1e6).toISOString();
  }

  /** Now, in nanoseconds of the boot clock; to 10 ms as well. */
  now(): bigint {
    return BigInt(Math.round((Date.now() - this.#offsetMs) * 1e6));
  }
}

/** First eight digits of the id that the kernel drew at boot: it makes process ids and times unique. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
}

/** Nanoseconds of the boot clock as milliseconds, to the microsecond. */
export function bootMs(ns: bigint): number {
  return Number(ns / 1000n) / 1000;
}
