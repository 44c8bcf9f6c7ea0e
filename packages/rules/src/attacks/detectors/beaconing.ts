import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Observation, Opening } from "../core/observation.js";
import { programKey } from "../core/program-key.js";
import { RecentMap } from "../core/recent.js";

const DESTINATIONS = 16_384;

interface Contact {
  readonly firstMs: number;
  /** the last few, the oldest first */
  readonly times: number[];
}

/** A program connects to a new destination again and again, at intervals that are alike. */
export class BeaconingDetector implements Detector {
  readonly name = "beaconing";
  readonly #config: AttacksConfig["beaconing"];
  readonly #contacts = new RecentMap<Contact>(DESTINATIONS);
  #startMs: number | null = null;

  constructor(config: AttacksConfig["beaconing"]) {
    this.#config = config;
  }

  get forgotten(): number {
    return this.#contacts.forgotten;
  }

  observe(observation: Observation): readonly Finding[] {
    const startMs = this.#startMs ?? observation.atMs;
    this.#startMs = startMs;
    if (observation.kind !== "opening") return nothing;
    const { intervals, minSeconds, newSeconds, settleSeconds } = this.#config;
    const { actor, name, address, port, atMs } = observation;
    const key = `${programKey(actor)}\0${name ?? address}\0${port}`;
    const contact = this.#contacts.getOrMake(key, () => ({ firstMs: atMs, times: [] }));
    const last = contact.times.at(-1);
    // what a program opens at once, as to each address of a name, is one contact
    if (last !== undefined && atMs - last < Math.min(1000, (minSeconds * 1000) / 2)) return nothing;
    contact.times.push(atMs);
    if (contact.times.length > intervals + 1) contact.times.shift();
    const isNew =
      contact.firstMs - startMs >= settleSeconds * 1000 && atMs - contact.firstMs < newSeconds * 1000;
    if (!isNew || contact.times.length <= intervals) return nothing;
    return this.#judge(key, observation, contact.times);
  }

  #judge(key: string, { actor, name, address, port }: Opening, times: readonly number[]): readonly Finding[] {
    const { jitter, minSeconds, maxSeconds } = this.#config;
    const gaps = times.slice(1).map((time, index) => (time - (times[index] ?? time)) / 1000);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    if (mean < minSeconds || mean > maxSeconds || deviation > mean * jitter) return nothing;
    return [
      {
        key,
        severity: "low",
        text: `${actor.exe} connects to ${name ?? address} every ${mean.toFixed(1)} s, since lately; updates and health checks look alike`,
        actor,
        address,
        port,
        evidence: {
          intervals: gaps.length,
          meanSeconds: Number(mean.toFixed(3)),
          jitter: Number((deviation / mean).toFixed(4)),
          threshold: jitter,
          ...(name === null ? {} : { name }),
        },
      },
    ];
  }
}
