import {
  type Address,
  type Destination,
  embeddedV4,
  normalizeDestination,
  type Peer,
  prefixContains,
  prefixesOf,
  unmapAddress,
} from "@ringfence/model";
import type { FlowFacts } from "./facts.js";

/** True when the flow goes where the rule says, or comes from there. */
export function matchesDestination(destination: Destination, flow: FlowFacts): boolean {
  return (
    matchesProtocol(destination, flow) && matchesPort(destination, flow) && matchesPeers(destination.to, flow)
  );
}

function matchesProtocol({ protocols }: Destination, flow: FlowFacts): boolean {
  return protocols === null || protocols.some((protocol) => protocol === flow.protocol);
}

function matchesPort({ ports }: Destination, flow: FlowFacts): boolean {
  if (ports === null) return true;
  if (flow.protocol !== "tcp" && flow.protocol !== "udp") return false;
  const port = flow.port ?? 0;
  return ports.some(
    (range) =>
      (range.protocol === null || range.protocol === flow.protocol) && range.from <= port && port <= range.to,
  );
}

function matchesPeers(peers: readonly Peer[] | null, flow: FlowFacts): boolean {
  if (peers === null) return true;
  // Nothing comes from loopback only because it names no source.
  const address =
    flow.direction === "ingress" ? unmapAddress(flow.address) : normalizeDestination(flow.address);
  const behindNat64 = embeddedV4(address);
  return peers.some(
    (peer) => contains(peer, address) || (behindNat64 !== null && contains(peer, behindNat64)),
  );
}

function contains(peer: Peer, address: Address): boolean {
  return prefixesOf(peer).some((prefix) => prefixContains(prefix, address));
}
