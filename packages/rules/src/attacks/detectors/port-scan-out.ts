import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Actor, Observation } from "../core/observation.js";
import { programKey } from "../core/program-key.js";
import { RecentMap } from "../core/recent.js";
import { Window } from "../core/window.js";

const KEYS = 8192;

/** A program tries many ports of one host, or many hosts at one port, and few answer. */
export class PortScanOutDetector implements Detector {
  readonly name = "portScanOut";
  readonly #config: AttacksConfig["portScanOut"];
  readonly #ports = new RecentMap<Window>(KEYS);
  readonly #hosts = new RecentMap<Window>(KEYS);

  constructor(config: AttacksConfig["portScanOut"]) {
    this.#config = config;
  }

  get forgotten(): number {
    return this.#ports.forgotten + this.#hosts.forgotten;
  }

  observe(observation: Observation): readonly Finding[] {
    const tried = failedTry(observation);
    if (tried === null) return nothing;
    const { actor, address, port } = tried;
    const { windowSeconds, ports, hosts } = this.#config;
    const program = programKey(actor);
    const make = (limit: number) => () => new Window(windowSeconds * 1000, limit);
    const portsOf = this.#ports.getOrMake(`${program}\0${address}`, make(ports));
    const hostsOf = this.#hosts.getOrMake(`${program}\0${port}`, make(hosts));
    const found: Finding[] = [];
    if (portsOf.add(String(port), observation.atMs) >= ports) {
      found.push({
        ...describe(actor, `${program}\0${address}`, `${ports} or more ports of ${address}`),
        address,
        port: null,
        evidence: { ports, examples: portsOf.examples(), windowSeconds },
      });
    }
    if (hostsOf.add(address, observation.atMs) >= hosts) {
      found.push({
        ...describe(actor, `${program}\0${port}`, `${hosts} or more hosts at port ${port}`),
        address: null,
        port,
        evidence: { hosts, examples: hostsOf.examples(), windowSeconds },
      });
    }
    return found;
  }
}

function describe(
  actor: Actor,
  key: string,
  what: string,
): Pick<Finding, "key" | "severity" | "text" | "actor"> {
  const text = `${actor.exe} tried ${what} without an answer; a monitor or a client of many dead hosts looks alike`;
  return { key, severity: "medium", text, actor };
}

type Try = { readonly actor: Actor; readonly address: string; readonly port: number };

/** A connection that was denied, refused or never answered; one by a raw socket, of which nobody knows that. */
function failedTry(observation: Observation): Try | null {
  if (observation.kind === "ending") {
    return observation.direction === "egress" && !observation.established ? observation : null;
  }
  if (observation.kind !== "opening" || observation.protocol !== "tcp") return null;
  return observation.denied || observation.raw ? observation : null;
}
