import { type Address, formatAddress } from "@ringfence/model";
import type { FlowFacts } from "../evaluate/facts.js";
import type { ObservedFlow, Seen } from "../observed/observation.js";
import { plus } from "./usage.js";

/** What one executable does in one direction with one protocol and port. */
export interface Purpose {
  readonly direction: "egress" | "ingress";
  readonly exe: string;
  readonly protocol: FlowFacts["protocol"];
  readonly port: number | null;
  seen: Seen;
  readonly names: Map<string, Seen>;
  readonly addresses: Map<string, Address>;
}

/** The flows that were seen, by purpose. */
export class Purposes {
  readonly #byKey = new Map<string, Purpose>();

  add(flow: ObservedFlow & { readonly direction: "egress" | "ingress" }, name: string | null): void {
    const { direction, protocol, port, process, address } = flow;
    const key = JSON.stringify([direction, process.exe, protocol, port]);
    const known = this.#byKey.get(key);
    const purpose: Purpose = known ?? {
      direction,
      exe: process.exe,
      protocol,
      port,
      seen: { count: 0, first: flow.first, last: flow.last },
      names: new Map(),
      addresses: new Map(),
    };
    if (known === undefined) this.#byKey.set(key, purpose);
    purpose.seen = plus(purpose.seen, flow);
    if (name === null) purpose.addresses.set(formatAddress(address), address);
    else purpose.names.set(name, plus(purpose.names.get(name), flow));
  }

  /** In an order that does not depend on when what was seen. */
  inOrder(): readonly Purpose[] {
    return [...this.#byKey.values()].toSorted(
      (a, b) =>
        a.direction.localeCompare(b.direction, "en") ||
        (a.exe < b.exe ? -1 : a.exe > b.exe ? 1 : 0) ||
        a.protocol.localeCompare(b.protocol, "en") ||
        (a.port ?? -1) - (b.port ?? -1),
    );
  }
}
