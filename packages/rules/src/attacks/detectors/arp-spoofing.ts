import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Arp, Observation } from "../core/observation.js";
import { RecentMap } from "../core/recent.js";
import { Window } from "../core/window.js";

const NEIGHBOURS = 8192;
/** A reply comes within this time after the request, or was not asked for. */
const ANSWER_MS = 2000;

/** Somebody in the local network says that addresses of others are its own. */
export class ArpSpoofingDetector implements Detector {
  readonly name = "arpSpoofing";
  readonly #config: AttacksConfig["arpSpoofing"];
  /** MAC by network and address */
  readonly #macs = new RecentMap<string>(NEIGHBOURS);
  /** when an address was asked for last */
  readonly #asked = new RecentMap<number>(NEIGHBOURS);
  readonly #unsolicited = new RecentMap<Window>(NEIGHBOURS);
  readonly #claims = new RecentMap<Window>(NEIGHBOURS);
  #replies = 0;

  constructor(config: AttacksConfig["arpSpoofing"]) {
    this.#config = config;
  }

  get forgotten(): number {
    return (
      this.#macs.forgotten + this.#asked.forgotten + this.#unsolicited.forgotten + this.#claims.forgotten
    );
  }

  observe(observation: Observation): readonly Finding[] {
    if (observation.kind !== "arp" || observation.senderAddress === "0.0.0.0") return nothing;
    const { network, operation, senderAddress, targetAddress, atMs } = observation;
    const found = this.#changedGateway(observation);
    if (operation === "request" && targetAddress !== senderAddress) {
      this.#asked.set(`${network}\0${targetAddress}`, atMs);
      return found;
    }
    return [...found, ...this.#unasked(observation)];
  }

  #changedGateway(arp: Arp): Finding[] {
    const key = `${arp.network}\0${arp.senderAddress}`;
    const before = this.#macs.get(key);
    this.#macs.set(key, arp.senderMac);
    if (before === undefined || before === arp.senderMac || arp.senderAddress !== arp.gateway) return [];
    return [
      {
        key: `gateway\0${key}\0${arp.senderMac}`,
        severity: "high",
        text: `The gateway ${arp.senderAddress} has another MAC than before; a router that was replaced or takes over looks alike`,
        actor: null,
        address: arp.senderAddress,
        port: null,
        evidence: { network: arp.network, before, now: arp.senderMac },
      },
    ];
  }

  #unasked({ network, senderAddress, senderMac, atMs }: Arp): Finding[] {
    const { windowSeconds, unsolicited, addresses } = this.#config;
    const key = `${network}\0${senderAddress}`;
    if (atMs - (this.#asked.get(key) ?? Number.NEGATIVE_INFINITY) <= ANSWER_MS) return [];
    const make = (limit: number) => () => new Window(windowSeconds * 1000, limit);
    const times = this.#unsolicited.getOrMake(`${key}\0${senderMac}`, make(unsolicited));
    const claims = this.#claims.getOrMake(`${network}\0${senderMac}`, make(addresses));
    this.#replies += 1;
    const found: Finding[] = [];
    const text = "a machine that takes over addresses for a cluster looks alike";
    const common = { actor: null, port: null } as const;
    if (times.add(String(this.#replies), atMs) >= unsolicited) {
      found.push({
        ...common,
        key: `unsolicited\0${key}\0${senderMac}`,
        severity: "medium",
        text: `${senderMac} says again and again, unasked, that ${senderAddress} is its own; ${text}`,
        address: senderAddress,
        evidence: { network, mac: senderMac, replies: unsolicited, windowSeconds },
      });
    }
    if (claims.add(senderAddress, atMs) >= addresses) {
      found.push({
        ...common,
        key: `claims\0${network}\0${senderMac}`,
        severity: "medium",
        text: `${senderMac} says, unasked, that ${addresses} or more addresses are its own; ${text}`,
        address: senderAddress,
        evidence: { network, mac: senderMac, examples: claims.examples(), windowSeconds },
      });
    }
    return found;
  }
}
