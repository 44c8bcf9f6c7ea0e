import { formatPrefix } from "../address/prefix.js";
import type { NamePattern, Peer } from "./destination.js";

/** A peer as a policy file has it. */
export function peerText(peer: Peer): string {
  switch (peer.kind) {
    case "prefix":
      return formatPrefix(peer.prefix);
    case "set":
      return peer.set;
    case "name":
      return namePatternText(peer.pattern);
  }
}

/** A pattern as a policy file has it. */
export function namePatternText({ name, wildcard }: NamePattern): string {
  return wildcard ? `*.${name}` : name;
}
