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

/** The blocks that a peer stands for, IPv4 and IPv6; none for a name. */
export function prefixesOf(peer: Peer): readonly Prefix[] {
  switch (peer.kind) {
    case "prefix":
      return [peer.prefix];
    case "set":
      return peerSets[peer.set];
    case "name":
      return [];
  }
}

/** True for destinations that leave none out, whatever else they list. */
export function isEverywhere(peers: readonly Peer[] | null): boolean {
  return peers === null || peers.some((peer) => peer.kind === "set" && peer.set === "any");
}

function blocks(...texts: readonly string[]): readonly Prefix[] {
  return texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix === null) throw new RangeError(`Cannot read block "${text}"`);
    return prefix;
  });
}
