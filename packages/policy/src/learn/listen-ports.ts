import type { PortRange } from "@ringfence/model";
import type { ObservedFlow, Seen } from "../observed/observation.js";
import type { EphemeralPorts } from "./ephemeral-ports.js";
import { plus, usageText } from "./usage.js";

/** A port, or the range of those that the kernel chooses, and how often it was used. */
export interface ListenEntry {
  readonly range: PortRange;
  readonly seen: Seen;
}

/** Ports that somebody bound or listened on. */
export class ListenPorts {
  readonly #seen = new Map<string, { readonly protocol: "tcp" | "udp"; readonly port: number; seen: Seen }>();

  add(flow: ObservedFlow): void {
    const { protocol, port } = flow;
    if ((protocol !== "tcp" && protocol !== "udp") || port === null) return;
    const key = `${protocol}:${port}`;
    const known = this.#seen.get(key);
    if (known === undefined) this.#seen.set(key, { protocol, port, seen: plus(undefined, flow) });
    else known.seen = plus(known.seen, flow);
  }

  /** What `listen` has to say, in order. */
  finish(ephemeral: EphemeralPorts): readonly ListenEntry[] {
    const entries = new Map<string, { readonly range: PortRange; seen: Seen }>();
    for (const { protocol, port, seen } of this.#seen.values()) {
      const isChosen = ephemeral.isChosen(protocol, port);
      const range = isChosen ? { ...ephemeral.range, protocol } : { from: port, to: port, protocol };
      const key = `${range.from}-${range.to}/${protocol}`;
      const known = entries.get(key);
      if (known === undefined) entries.set(key, { range, seen });
      else known.seen = plus(known.seen, seen);
    }
    return [...entries.values()].toSorted(
      (a, b) =>
        a.range.from - b.range.from || (a.range.protocol ?? "").localeCompare(b.range.protocol ?? "", "en"),
    );
  }
}

/** An entry as a comment tells of it. */
export function listenComment({ range: { from, to, protocol }, seen }: ListenEntry): string {
  return from === to
    ? `${from}/${protocol}: ${usageText(seen)}`
    : `${from}-${to}/${protocol}: ports that the kernel chose, ${usageText(seen)}`;
}
