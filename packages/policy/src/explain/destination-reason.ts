import {
  type Address,
  type Destination,
  embeddedV4,
  formatAddress,
  formatPrefix,
  type Peer,
  type PortRange,
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
  const single = peers[0]?.kind === "prefix" && !texts[0]?.includes("/") ? "is not" : "is not in";
  return `${addressText(judgedAddress(flow), flow.address)} ${oneOf(texts, single, "is in none of")}`;
}

function peerText(peer: Peer): string {
  return peer.kind === "set" ? peer.set : formatPrefix(peer.prefix);
}

/** The address that was judged, and how it was written if that differs; behind NAT64, the IPv4 address as well. */
function addressText(judged: Address, written: Address): string {
  const text = formatAddress(judged);
  const behind = embeddedV4(judged);
  if (behind !== null) return `${text} (which reaches ${formatAddress(behind)})`;
  return sameAddress(judged, written) ? text : `${text} (written ${formatAddress(written)})`;
}
