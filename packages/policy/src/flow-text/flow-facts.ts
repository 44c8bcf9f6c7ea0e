import type { FlowFacts } from "../evaluate/facts.js";
import type { LineFlow } from "./flow-line.js";

/** Stands for a local end that is not named: no rule asks for it. */
const anyAddress = { family: 4, value: 0n } as const;

/** The flow of a line as the judges take it: the other end's address, and the port that rules ask for. */
export function flowFactsOf(line: LineFlow): FlowFacts {
  if (line.direction === "egress") return line.flow;
  if (line.direction === "query") {
    return { direction: "query", protocol: "udp", address: anyAddress, port: 53, names: [line.name] };
  }
  const { direction, protocol, local } = line;
  const { address } = direction === "listen" ? local : line.source;
  return { direction, protocol, address: address ?? anyAddress, port: local.port };
}

/** The line that `flowFactsOf` turns into this flow. */
export function lineFlowOf(flow: FlowFacts): LineFlow {
  const { direction = "egress", protocol, address, port, names = [] } = flow;
  if (direction === "egress") {
    return { direction, flow: { protocol, address, port, ...(names.length === 0 ? {} : { names }) } };
  }
  if (direction === "query") return { direction, name: names[0] ?? "" };
  if (direction === "listen") return { direction, protocol, local: { address, port } };
  return { direction, protocol, source: { address, port: null }, local: { address: null, port } };
}
