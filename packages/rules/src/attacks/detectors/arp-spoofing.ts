import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Neighbour, Observation } from "../core/observation.js";
import { RecentMap } from "../core/recent.js";
import { Window } from "../core/window.js";

const NEIGHBOURS = 8192;

/** Somebody in the local network makes this host believe that addresses of others are its own. */
export class ArpSpoofingDetector implements Detector {
  readonly name = "arpSpoofing";
  readonly #config: AttacksConfig["arpSpoofing"];
  /** which address a MAC had first, by network and MAC */
  readonly #owners = new RecentMap<string>(NEIGHBOURS);
  readonly #unasked = new RecentMap<Window>(NEIGHBOURS);
  readonly #taken = new RecentMap<Window>(NEIGHBOURS);
  #answers = 0;

  constructor(config: AttacksConfig["arpSpoofing"]) {
    this.#config = config;
  }

  get forgotten(): number {
    return this.#owners.forgotten + this.#unasked.forgotten + this.#taken.forgotten;
  }

  observe(observation: Observation): readonly Finding[] {
    if (observation.kind !== "neighbour") return nothing;
    const { network, mac, address, before } = observation;
    const owner = this.#owners.getOrMake(`${network}\0${mac}`, () => address);
    const found = observation.unasked ? this.#unaskedAgain(observation) : [];
    if (before === null || before === mac) return found;
    return [...found, ...this.#takenOver(observation, owner, before)];
  }

  #takenOver({ network, address, mac, gateway, atMs }: Neighbour, owner: string, before: string): Finding[] {
    const { windowSeconds, addresses } = this.#config;
    const taken = this.#taken.getOrMake(
      `${network}\0${mac}`,
      () => new Window(windowSeconds * 1000, addresses),
    );
    const count = taken.add(address, atMs);
    const found: Finding[] = [];
    const evidence = { network, before, now: mac, ...(owner === address ? {} : { nowIsAlso: owner }) };
    if (address === gateway) {
      found.push({
        ...nobody,
        key: `gateway\0${network}\0${mac}`,
        severity: "high",
        text: `The gateway ${address} has another MAC than before; a router that was replaced or takes over looks alike`,
        address,
        evidence,
      });
    }
    if (count >= addresses) {
      found.push({
        ...nobody,
        key: `taken\0${network}\0${mac}`,
        severity: "high",
        text: `${mac} took over ${addresses} or more addresses from others; a machine that takes over for a cluster looks alike`,
        address,
        evidence: { ...evidence, examples: taken.examples(), windowSeconds },
      });
    }
    return found;
  }

  #unaskedAgain({ network, address, mac, atMs }: Neighbour): Finding[] {
    const { windowSeconds, unsolicited } = this.#config;
    const key = `${network}\0${address}\0${mac}`;
    const times = this.#unasked.getOrMake(key, () => new Window(windowSeconds * 1000, unsolicited));
    this.#answers += 1;
    if (times.add(String(this.#answers), atMs) < unsolicited) return [];
    return [
      {
        ...nobody,
        key: `unasked\0${key}`,
        severity: "medium",
        text: `${mac} says again and again, unasked, that ${address} is its own; a machine that takes over for a cluster looks alike`,
        address,
        evidence: { network, mac, answers: unsolicited, windowSeconds },
      },
    ];
  }
}

const nobody = { actor: null, port: null } as const;
