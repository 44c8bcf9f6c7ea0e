import type { Prefix } from "../address/prefix.js";
import type { NumberRange } from "./process-condition.js";

/** Protocols that have ports. */
export const portProtocols = ["tcp", "udp", "sctp"] as const;

export type PortProtocol = (typeof portProtocols)[number];

/** Protocols that a rule can name; icmp covers ICMP and ICMPv6. */
export type Protocol = PortProtocol | "icmp";

/** Named sets of addresses; see `peer-sets.ts` for what they hold. */
export type PeerSet = "any" | "localhost" | "private";

/** A domain name as a rule lists it: lower-case ASCII, at most 253 characters, without the trailing dot. */
export interface NamePattern {
  readonly name: string;
  /** Stands for what is one or more labels below the name, and not for the name itself. */
  readonly wildcard: boolean;
}

/**
 * A destination as a rule names it. Blocks have no host bits, and v4-mapped blocks are IPv4 blocks. What comes in has
 * no name.
 */
export type Peer =
  | { readonly kind: "prefix"; readonly prefix: Prefix }
  | { readonly kind: "set"; readonly set: PeerSet }
  | { readonly kind: "name"; readonly pattern: NamePattern };

/** Ports 0..65535 of one protocol, or of all that have ports when `protocol` is null. */
export interface PortRange extends NumberRange {
  readonly protocol: PortProtocol | null;
}

/**
 * Where a flow goes. For an ingress rule: where it comes from, and the ports of this machine that it comes to. Null
 * means unconstrained; lists are never empty.
 */
export interface Destination {
  /** The other end. */
  readonly to: readonly Peer[] | null;
  /** A rule with ports never matches a protocol that has none. */
  readonly ports: readonly PortRange[] | null;
  readonly protocols: readonly Protocol[] | null;
}
