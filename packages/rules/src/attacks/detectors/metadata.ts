import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Observation } from "../core/observation.js";
import { programKey } from "../core/program-key.js";

/** Somebody talks, or would talk, to where a cloud answers with this machine's credentials. */
export class MetadataDetector implements Detector {
  readonly name = "metadata";
  readonly forgotten = 0;
  readonly #addresses: ReadonlySet<string>;

  constructor({ addresses }: AttacksConfig["metadata"]) {
    this.#addresses = new Set(addresses);
  }

  observe(observation: Observation): readonly Finding[] {
    if (observation.kind !== "opening" || !this.#addresses.has(observation.address)) return nothing;
    const { actor, address, port, denied } = observation;
    const tried = denied ? "tried to reach, and was denied," : "connects to";
    return [
      {
        key: `${programKey(actor)}\0${address}`,
        severity: denied ? "low" : "medium",
        text: `${actor.exe} ${tried} a cloud's metadata address; tools of the cloud do that too`,
        actor,
        address,
        port,
        evidence: { protocol: observation.protocol, verdict: denied ? "denied" : "allowed" },
      },
    ];
  }
}
