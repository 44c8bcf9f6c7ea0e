import { type PortProtocol, portProtocols } from "@ringfence/model";
import type { FlowFacts } from "./facts.js";

/** True for the protocols that have ports. */
export function hasPorts(protocol: FlowFacts["protocol"]): protocol is PortProtocol {
  return portProtocols.some((one) => one === protocol);
}
