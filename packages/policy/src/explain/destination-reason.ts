import {
  type Address,
  type Destination,
  embeddedV4,
  formatAddress,
  type Peer,
  type PortRange,
  peerText,
  sameAddress,
} from "@ringfence/model";
import type { FlowFacts } from "../evaluate/facts.js";
import { hasPorts } from "../evaluate/has-ports.js";
import { type destinationKeys, judgedAddress } from "../evaluate/matches-destination.js";
import { oneOf } from "./one-of.js";

/** Says why a key of a destination does not hold. */
export function destinationReason(
  key: keyof typeof destinationKeys,
  { protocols, ports, to }: Destination,
  flow: FlowFacts,
): string {
  switch (key) {
    case "protocol":
      return `protocol ${flow.protocol} ${oneOf(protocols ?? [], "is not", "is none of")}`;
    case "ports":
      return portReason(ports ?? [], flow);
    case "to":
      return peerReason(to ?? [], flow);
  }
}

function portReason(ports: readonly PortRange[], { direction, protocol, port }: FlowFacts): string {
  if (!hasPorts(protocol)) return `protocol ${protocol} has no port`;
  const suffix = ports.some((range) => range.protocol !== null) ? `/${protocol}` : "";
  const whose = (direction ?? "egress") === "egress" ? "port" : "local port";
  return `${whose} ${port ?? 0}${suffix} ${oneOf(ports.map(portText), "is not", "is in none of")}`;
}

function portText({ from, to, protocol }: PortRange): string {
  const numbers = from === to ? String(from) : `${from}-${to}`;
  return protocol === null ? numbers : `${numbers}/${protocol}`;
}

function peerReason(peers: readonly Peer[], flow: FlowFacts): string {
  const texts = peers.map(peerText);
  const [name] = flow.names ?? [];
  const single = isOne(peers[0]) ? "is not" : "is not in";
  const listed = oneOf(texts, single, "is in none of");
  if (flow.direction === "query") return `name ${name} ${listed}`;
  const address = addressText(judgedAddress(flow), flow.address);
  if (name !== undefined) return `${address} as ${name} ${listed}`;
  const unnamed = peers.some(({ kind }) => kind === "name") ? " has no live name, and" : "";
  return `${address}${unnamed} ${listed}`;
}

/** True for a peer that is one address or one name. */
function isOne(peer: Peer | undefined): boolean {
  if (peer === undefined || peer.kind === "set") return false;
  return peer.kind === "name" ? !peer.pattern.wildcard : !peerText(peer).includes("/");
}

/** The address that was judged, and how it was written if that differs; behind NAT64, the IPv4 address as well. */
function addressText(judged: Address, written: Address): string {
  const text = formatAddress(judged);
  const behind = embeddedV4(judged);
  if (behind !== null) return `${text} (which reaches ${formatAddress(behind)})`;
  return sameAddress(judged, written) ? text : `${text} (written ${formatAddress(written)})`;
}
