import type { Alert, DetectorName, Finding } from "./alert.js";
import { RecentMap } from "./recent.js";

interface Told {
  readonly atMs: number;
  suppressed: number;
}

const KEYS = 4096;

/** Lets a finding through once in a while, and counts those that it holds back. */
export class AlertGate {
  readonly #repeatMs: number;
  readonly #told = new RecentMap<Told>(KEYS);
  #suppressed = 0;

  constructor(repeatMs: number) {
    this.#repeatMs = repeatMs;
  }

  /** All that were held back. */
  get suppressed(): number {
    return this.#suppressed;
  }

  get forgotten(): number {
    return this.#told.forgotten;
  }

  pass(detector: DetectorName, finding: Finding, atMs: number): Alert | null {
    const key = `${detector}\0${finding.key}`;
    const told = this.#told.get(key);
    if (told !== undefined && atMs - told.atMs < this.#repeatMs) {
      told.suppressed += 1;
      this.#suppressed += 1;
      return null;
    }
    this.#told.set(key, { atMs, suppressed: 0 });
    return { ...finding, detector, atMs, suppressed: told?.suppressed ?? 0 };
  }
}
