import { type Destination, type Peer, type PortRange, parseAddress, RingfenceError } from "@ringfence/model";
import type { Resolver } from "../resolver.js";
import { type Fault, isFault } from "../text/fault.js";
import { parsePeer, parseSource as parseSourcePeer } from "../text/peer-text.js";
import { parseListenPorts, parsePorts } from "../text/port-text.js";
import { checkPortsWithProtocols, parseProtocol } from "../text/protocol-text.js";

const example =
  'Write it like 10.0.0.0/8, 127.0.0.1:8080, [::1]:443, udp/10.0.0.1:53, example.com:443, "*.example.com", localhost, private or any';

/**
 * Reads the value of `--allow` and `--deny`: `[PROTOCOL/]DESTINATION[:PORTS]`, or `:PORTS` alone for any
 * destination. Throws RF_DESTINATION.
 */
export function parseDestination(text: string, resolver: Resolver): Destination {
  return orThrow(text, readDestination(text, resolver, parsePeer));
}

/** Reads the value of `--allow-from`: `[PROTOCOL/]SOURCE[:LOCALPORTS]`, or `:LOCALPORTS` alone. Throws RF_DESTINATION. */
export function parseSource(text: string, resolver: Resolver): Destination {
  return orThrow(text, readDestination(text, resolver, parseSourcePeer));
}

/** Reads the value of `--listen`: ports as in a policy, or `none`. Throws RF_DESTINATION. */
export function parseListen(text: string, resolver: Resolver): readonly PortRange[] {
  return text === "none" ? [] : orThrow(text, parseListenPorts(text, resolver));
}

function orThrow<T extends object>(text: string, result: T | Fault): T {
  if (!isFault(result)) return result;
  const { message, hint } = result;
  // most faults quote what is wrong, which may be a part of the text only
  const isPart = !message.includes(`"${text}"`);
  throw new RingfenceError("RF_DESTINATION", isPart ? `Cannot use "${text}": ${message}` : message, { hint });
}

function readDestination(
  text: string,
  resolver: Resolver,
  readPeer: (text: string) => Peer | Fault,
): Destination | Fault {
  const protocolEnd = /^[a-z]+(?=\/)/.exec(text)?.[0].length ?? -1;
  const protocol = protocolEnd < 0 ? null : parseProtocol(text.slice(0, protocolEnd));
  if (protocol !== null && isFault(protocol)) return protocol;
  const split = splitPorts(protocolEnd < 0 ? text : text.slice(protocolEnd + 1));
  if (isFault(split)) return split;
  const peer = split.peer === "" ? null : readPeer(split.peer);
  if (peer !== null && isFault(peer)) return peer;
  const ports = split.ports === null ? null : parsePorts(split.ports, resolver);
  if (ports !== null && isFault(ports)) return ports;
  const protocols = protocol === null || protocol.protocol === "any" ? null : [protocol.protocol];
  const conflict = ports === null ? null : checkPortsWithProtocols(ports, protocols);
  return conflict ?? { to: peer === null ? null : [peer], ports, protocols };
}

interface Split {
  readonly peer: string;
  readonly ports: string | null;
}

function splitPorts(text: string): Split | Fault {
  const fault = (message: string, hint: string): Fault => ({ code: "RF_DESTINATION", message, hint });
  if (text === "") return fault("It is empty", example);
  if (text.includes("://")) return fault("It is a URL", "Write its name and port, like example.com:443");
  if (text.startsWith("[")) {
    const match = /^\[([^\]]*)\](?::(.+))?$/.exec(text);
    if (match?.[1]) return { peer: match[1], ports: match[2] ?? null };
    return fault("The brackets are not closed, or not followed by a port", "Write it like [::1]:443");
  }
  const colons = text.split(":").length - 1;
  if (colons >= 2) return splitIpv6(text, fault);
  const colon = text.indexOf(":");
  if (colon < 0) return { peer: text, ports: null };
  const ports = text.slice(colon + 1);
  if (ports === "") return fault("It ends with a colon, without a port", example);
  return { peer: text.slice(0, colon), ports };
}

function splitIpv6(text: string, fault: (message: string, hint: string) => Fault): Split | Fault {
  const block = /^([^/]+)(\/[^:]*)?(?::(.*))?$/.exec(text);
  const [, address = "", length = "", ports] = block ?? [];
  if (ports === undefined && parseAddress(address) !== null) {
    return length === "" && endsLikePort(text)
      ? fault(`"${text}" is one address, which looks like one with a port`, bracketsOf(text))
      : { peer: text, ports: null };
  }
  if (parseAddress(address) !== null) {
    return fault("An IPv6 block with a port needs brackets", `Write [${address}${length}]:${ports}`);
  }
  return fault("It is not an IPv6 address", "Write it like ::1, [::1]:443 or [fd00::/8]:443");
}

/** True for an address whose last group could be a port behind another address: RFC 5952, section 6, asks for brackets. */
function endsLikePort(text: string): boolean {
  const colon = text.lastIndexOf(":");
  return /^[0-9]+$/.test(text.slice(colon + 1)) && parseAddress(text.slice(0, colon)) !== null;
}

function bracketsOf(text: string): string {
  const colon = text.lastIndexOf(":");
  return `Write [${text.slice(0, colon)}]${text.slice(colon)} for the port, or [${text}] for the address`;
}
