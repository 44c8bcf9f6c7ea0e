import type { Destination, Peer, PortRange, Protocol } from "@ringfence/model";
import type { Node } from "yaml";
import { isFault } from "../text/fault.js";
import { parsePeer } from "../text/peer-text.js";
import { parsePorts } from "../text/port-text.js";
import { checkPortsWithProtocols, parseProtocol } from "../text/protocol-text.js";
import { readEach, readText } from "./read-list.js";
import type { Fields } from "./read-map.js";
import type { Reader } from "./reader.js";

/** Reads `to`, `ports` and `protocol` of a rule. */
export function readDestination(reader: Reader, fields: Fields): Destination {
  const to = fields.get("to");
  const portsNode = fields.get("ports");
  const protocolNode = fields.get("protocol");
  const protocols = protocolNode === null ? null : readProtocols(reader, protocolNode);
  const ports = portsNode === null ? null : readPorts(reader, portsNode);
  const fault = ports === null ? null : checkPortsWithProtocols(ports, protocols);
  if (fault !== null && portsNode !== null) reader.fault(fault, portsNode);
  return { to: to === null ? null : readPeers(reader, to), ports, protocols };
}

function readPeers(reader: Reader, node: Node): readonly Peer[] {
  return readEach(reader, node, "to", (item): readonly Peer[] => {
    const text = readText(reader, item, "to");
    if (text === null) return [];
    const peer = parsePeer(text);
    if (!isFault(peer)) return [peer];
    reader.fault(peer, item);
    return [];
  });
}

function readPorts(reader: Reader, node: Node): readonly PortRange[] {
  return readEach(reader, node, "ports", (item) => {
    const text = readText(reader, item, "ports");
    if (text === null) return [];
    const ranges = parsePorts(text, reader.resolver);
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
