import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Observation } from "../core/observation.js";
import { RecentMap } from "../core/recent.js";

const SOURCES = 1024;
const DNS_PORT = 53;

interface Burst {
  sinceMs: number;
  answers: number;
}

/**
 * DNS answers that nobody asked for: with a wrong id or question, from somebody who was not asked, or for a port where no
 * socket waits. Whoever wants to poison a name must guess, and wrong guesses are many.
 */
export class DnsSpoofingDetector implements Detector {
  readonly name = "dnsSpoofing";
  readonly #config: AttacksConfig["dnsSpoofing"];
  readonly #sources = new RecentMap<Burst>(SOURCES);

  constructor(config: AttacksConfig["dnsSpoofing"]) {
    this.#config = config;
  }

  get forgotten(): number {
    return this.#sources.forgotten;
  }

  observe(observation: Observation): readonly Finding[] {
    const odd = oddAnswer(observation);
    if (odd === null) return nothing;
    const { windowSeconds, answers } = this.#config;
    const { atMs } = observation;
    const burst = this.#sources.getOrMake(odd.source, () => ({ sinceMs: atMs, answers: 0 }));
    if (atMs - burst.sinceMs > windowSeconds * 1000) Object.assign(burst, { sinceMs: atMs, answers: 0 });
    burst.answers += odd.times;
    if (burst.answers < answers) return nothing;
    return [
      {
        key: odd.source,
        severity: "medium",
        text: `${burst.answers} DNS answers that say they are from ${odd.source} match no query; a resolver that is slow and asked again looks alike`,
        actor: odd.actor,
        address: odd.source,
        port: DNS_PORT,
        evidence: { answers: burst.answers, threshold: answers, windowSeconds },
      },
    ];
  }
}

type Odd = Pick<Extract<Observation, { kind: "odd-answer" }>, "actor" | "source" | "times">;

function oddAnswer(observation: Observation): Odd | null {
  if (observation.kind === "odd-answer") return observation;
  if (observation.kind !== "stray" || observation.protocol !== "udp") return null;
  return observation.sourcePort === DNS_PORT ? { actor: null, source: observation.source, times: 1 } : null;
}
