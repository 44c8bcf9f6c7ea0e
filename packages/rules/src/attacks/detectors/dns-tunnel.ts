import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import { entropyOf } from "../core/entropy.js";
import type { Observation } from "../core/observation.js";
import { programKey } from "../core/program-key.js";
import { RecentMap } from "../core/recent.js";

const DOMAINS = 4096;
/** Types of record that carry free text. */
const carriers = new Set(["TXT", "NULL", "CNAME", "MX", "SRV"]);

interface Asked {
  readonly sinceMs: number;
  /** labels below the domain, joined; at most as many as the threshold */
  readonly labels: Set<string>;
  characters: number;
  carried: number;
  queries: number;
}

/** A program asks for many long names below one domain that look drawn by lot: data that goes out as questions. */
export class DnsTunnelDetector implements Detector {
  readonly name = "dnsTunnel";
  readonly #config: AttacksConfig["dnsTunnel"];
  readonly #domains = new RecentMap<Asked>(DOMAINS);

  constructor(config: AttacksConfig["dnsTunnel"]) {
    this.#config = config;
  }

  get forgotten(): number {
    return this.#domains.forgotten;
  }

  observe(observation: Observation): readonly Finding[] {
    if (observation.kind !== "query") return nothing;
    const { windowSeconds, names } = this.#config;
    const { actor, name, apex, recordType, atMs } = observation;
    const key = `${programKey(actor)}\0${apex}`;
    let asked = this.#domains.get(key);
    if (asked === undefined || atMs - asked.sinceMs > windowSeconds * 1000) {
      asked = { sinceMs: atMs, labels: new Set(), characters: 0, carried: 0, queries: 0 };
      this.#domains.set(key, asked);
    }
    const labels = name.slice(0, Math.max(0, name.length - apex.length)).replaceAll(".", "");
    asked.queries += 1;
    if (carriers.has(recordType)) asked.carried += 1;
    if (labels === "" || asked.labels.has(labels) || asked.labels.size >= names) return nothing;
    asked.labels.add(labels);
    asked.characters += labels.length;
    if (asked.labels.size < names) return nothing;
    return this.#judge(key, observation, asked);
  }

  #judge(
    key: string,
    { actor, apex }: Extract<Observation, { kind: "query" }>,
    asked: Asked,
  ): readonly Finding[] {
    const { entropy, length, windowSeconds, names } = this.#config;
    const labels = [...asked.labels];
    const meanLength = asked.characters / labels.length;
    const bits = labels.reduce((sum, text) => sum + text.length * entropyOf(text), 0) / asked.characters;
    if (meanLength < length || bits < entropy) return nothing;
    return [
      {
        key,
        severity: "medium",
        text: `${actor.exe} asks for many long names below ${apex} that look drawn by lot: a tunnel, or a service that keeps data in names`,
        actor,
        address: null,
        port: null,
        evidence: {
          domain: apex,
          names: labels.length,
          threshold: names,
          meanLength: Number(meanLength.toFixed(1)),
          entropy: Number(bits.toFixed(2)),
          queries: asked.queries,
          textRecords: asked.carried,
          examples: labels.slice(-3).map((text) => text.slice(0, 63)),
          windowSeconds,
        },
      },
    ];
  }
}
