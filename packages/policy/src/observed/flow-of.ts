import type { FlowFacts } from "../evaluate/facts.js";
import type { ObservedFlow, ObservedQuery } from "./observation.js";

/** Stands for the other end of a query, which nobody looks at. */
const noAddress = { family: 4, value: 0n } as const;

/** What was seen, as the judges take it. */
export function flowOf(seen: ObservedFlow | ObservedQuery): FlowFacts {
  if (seen.kind === "query") {
    return { direction: "query", protocol: "udp", address: noAddress, port: 53, names: [seen.name] };
  }
  const { direction, protocol, address, port, domain } = seen;
  return {
    direction,
    protocol,
    address,
    port,
    ...(direction === "egress" && domain !== null ? { names: [domain] } : {}),
  };
}
