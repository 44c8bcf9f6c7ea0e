import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Observation } from "../core/observation.js";
import { RecentMap } from "../core/recent.js";
import { Window } from "../core/window.js";

const SOURCES = 4096;
const DNS_PORT = 53;

/** One source tries many ports where nobody listens. */
export class PortScanInDetector implements Detector {
  readonly name = "portScanIn";
  readonly #config: AttacksConfig["portScanIn"];
  readonly #sources = new RecentMap<Window>(SOURCES);

  constructor(config: AttacksConfig["portScanIn"]) {
    this.#config = config;
  }

  get forgotten(): number {
    return this.#sources.forgotten;
  }

  observe(observation: Observation): readonly Finding[] {
    if (observation.kind !== "stray") return nothing;
    const { network, source, sourcePort, port, protocol, atMs } = observation;
    // a resolver that answers after its client has given up
    if (protocol === "udp" && sourcePort === DNS_PORT) return nothing;
    const { windowSeconds, ports } = this.#config;
    const key = `${network}\0${source}`;
    const tried = this.#sources.getOrMake(key, () => new Window(windowSeconds * 1000, ports));
    if (tried.add(`${port}/${protocol}`, atMs) < ports) return nothing;
    return [
      {
        key,
        severity: "medium",
        text: `${source} tried ${ports} or more ports of this host where nobody listens; the source may be forged`,
        actor: null,
        address: source,
        port: null,
        evidence: { ports, examples: tried.examples(), windowSeconds, network },
      },
    ];
  }
}
