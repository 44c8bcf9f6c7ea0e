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
import { matchesName } from "../names/matches-name.js";
import type { FlowFacts } from "./facts.js";
import { hasPorts } from "./has-ports.js";

/** Each key of a destination, and whether it holds; one that is null does. */
export const destinationKeys: Readonly<Record<"protocol" | "ports" | "to", KeyTest>> = {
  protocol: matchesProtocol,
  ports: matchesPort,
  to: matchesPeers,
};

type KeyTest = (destination: Destination, flow: FlowFacts) => boolean;

const keyTests = Object.values(destinationKeys);

/** True when the flow goes where the rule says, or comes from there. */
export function matchesDestination(destination: Destination, flow: FlowFacts): boolean {
  return keyTests.every((holds) => holds(destination, flow));
}

function matchesProtocol({ protocols }: Destination, flow: FlowFacts): boolean {
  return protocols === null || protocols.some((protocol) => protocol === flow.protocol);
}

function matchesPort({ ports }: Destination, flow: FlowFacts): boolean {
  if (ports === null) return true;
  if (!hasPorts(flow.protocol)) return false;
  const port = flow.port ?? 0;
  return ports.some(
    (range) =>
      (range.protocol === null || range.protocol === flow.protocol) && range.from <= port && port <= range.to,
  );
}

function matchesPeers({ to }: Destination, flow: FlowFacts): boolean {
  return to === null || to.some((peer) => matchesPeer(peer, flow));
}

function matchesPeer(peer: Peer, flow: FlowFacts): boolean {
  if (peer.kind === "name") return flow.names?.some((name) => matchesName(peer.pattern, name)) ?? false;
  const address = judgedAddress(flow);
  const behindNat64 = embeddedV4(address);
  return contains(peer, address) || (behindNat64 !== null && contains(peer, behindNat64));
}

/** The other end as rules see it. Nothing comes from loopback only because it names no source. */
export function judgedAddress({ direction, address }: FlowFacts): Address {
  return direction === "ingress" ? unmapAddress(address) : normalizeDestination(address);
}

function contains(peer: Peer, address: Address): boolean {
  return prefixesOf(peer).some((prefix) => prefixContains(prefix, address));
}
