import { type Prefix, parsePrefix } from "../address/prefix.js";
import type { Peer, PeerSet } from "./destination.js";

/** The blocks behind the named sets, as the policy language defines them. */
export const peerSets: Readonly<Record<PeerSet, readonly Prefix[]>> = {
  any: blocks("0.0.0.0/0", "::/0"),
  localhost: blocks("127.0.0.0/8", "::1"),
  private: blocks(
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
  ),
};

/** The blocks that a peer stands for, IPv4 and IPv6. */
export function prefixesOf(peer: Peer): readonly Prefix[] {
  return peer.kind === "prefix" ? [peer.prefix] : peerSets[peer.set];
}

function blocks(...texts: readonly string[]): readonly Prefix[] {
  return texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix === null) throw new RangeError(`Cannot read block "${text}"`);
    return prefix;
  });
}
