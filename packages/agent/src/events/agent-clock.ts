import { uptimeSeconds } from "../host/uptime.js";
import { bootId } from "../observe/boot-clock.js";
import type { EventClock } from "./event-hub.js";

/** How long the distance of the two clocks is taken for granted. */
const REFRESH_MS = 1000;

/** The clocks of a process that lives long: the wall clock may be set meanwhile, and times follow it. */
export class AgentClock implements EventClock {
  readonly bootId = bootId();
  #uptimeMs = 0;
  #wallMs = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;

  /** To 10 ms, the resolution of /proc/uptime. */
  bootMs(): number {
    const since = this.#sinceMeasured(); // which may measure, so it comes first
    return this.#uptimeMs + since;
  }

  toIso(bootMs: number): string {
    this.#sinceMeasured();
    return new Date(this.#wallMs - this.#uptimeMs + bootMs).toISOString();
  }

  /** Reads both clocks again where that was long ago. */
  #sinceMeasured(): number {
    const now = performance.now();
    if (now - this.#measuredAt <= REFRESH_MS) return now - this.#measuredAt;
    this.#measuredAt = now;
    this.#wallMs = Date.now();
    this.#uptimeMs = uptimeSeconds() * 1000;
    return 0;
  }
}
