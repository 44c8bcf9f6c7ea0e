import { type Destination, type Peer, type PortRange, type Protocol, peerText } from "@ringfence/model";
import type { Node } from "yaml";
import { isFault } from "../text/fault.js";
import { parsePeer, parseSource } from "../text/peer-text.js";
import { parsePorts } from "../text/port-text.js";
import { checkPortsWithProtocols, parseProtocol } from "../text/protocol-text.js";
import { readEach, readText } from "./read-list.js";
import type { Fields } from "./read-map.js";
import type { Reader } from "./reader.js";

/** Keys of the other end and the ports, by direction. */
export const destinationKeys = {
  egress: { peers: "to", ports: "ports" },
  ingress: { peers: "from", ports: "localPorts" },
} as const;

/** Reads `to`, `ports` and `protocol` of a rule, or what stands for them in the other direction. */
export function readDestination(
  reader: Reader,
  fields: Fields,
  keys: (typeof destinationKeys)[keyof typeof destinationKeys],
): Destination {
  const peers = fields.get(keys.peers);
  const portsNode = fields.get(keys.ports);
  const protocolNode = fields.get("protocol");
  const protocols = protocolNode === null ? null : readProtocols(reader, protocolNode);
  const ports = portsNode === null ? null : readPorts(reader, portsNode, keys.ports, parsePorts);
  const fault = ports === null ? null : checkPortsWithProtocols(ports, protocols);
  if (fault !== null && portsNode !== null) reader.fault(fault, portsNode);
  return { to: peers === null ? null : readPeers(reader, peers, keys.peers), ports, protocols };
}

function readPeers(reader: Reader, node: Node, key: "to" | "from"): readonly Peer[] {
  const names = new Set<string>();
  return readEach(reader, node, key, (item): readonly Peer[] => {
    const text = readText(reader, item, key);
    if (text === null) return [];
    const peer = key === "to" ? parsePeer(text) : parseSource(text);
    if (isFault(peer)) {
      reader.fault(peer, item);
      return [];
    }
    if (peer.kind === "name") warnIfRepeated(reader, item, text, peerText(peer), names);
    return [peer];
  });
}

/** Names are the same in other letters, with a dot at their end, and in their IDNA form. */
function warnIfRepeated(reader: Reader, item: Node, text: string, name: string, names: Set<string>): void {
  if (names.has(name)) {
    const message = `Name "${text}" is in the list already, as ${name}`;
    reader.warn("RF_POLICY_REPEATED", reader.locate(item), message, "Remove one of them");
  }
  names.add(name);
}

/** Reads a list of ports, or one, with the reader of one entry. */
export function readPorts(
  reader: Reader,
  node: Node,
  key: string,
  parse: typeof parsePorts,
): readonly PortRange[] {
  return readEach(reader, node, key, (item) => {
    const text = readText(reader, item, key);
    if (text === null) return [];
    const ranges = parse(text, reader.resolver);
    if (!isFault(ranges)) return ranges;
    reader.fault(ranges, item);
    return [];
  });
}

/** Null when any protocol matches. */
function readProtocols(reader: Reader, node: Node): readonly Protocol[] | null {
  const read = readEach(reader, node, "protocol", (item): readonly (Protocol | "any")[] => {
    const text = readText(reader, item, "protocol");
    if (text === null) return [];
    const result = parseProtocol(text);
    if (!isFault(result)) return [result.protocol];
    reader.fault(result, item);
    return [];
  });
  const named = read.filter((protocol) => protocol !== "any");
  return named.length < read.length ? null : [...new Set(named)];
}
