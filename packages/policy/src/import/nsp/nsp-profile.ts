import type { NamePattern, PortProtocol, Prefix, SourceLocation } from "@ringfence/model";
import type { Placed } from "../placed.js";

/** Protocols that rules of ours can name; ours have one word for ICMP of both families. */
export type Transport = PortProtocol | "icmp" | "icmpv6";

/** What the layer 7 list can name, each known by its port. */
export type Application = "dns" | "http" | "https";

/** What a profile lets a binary do in one direction: a packet must be in the list of every layer. */
export interface NspDirection {
  readonly location: SourceLocation;
  /** Names whose addresses may be reached. */
  readonly fqdns: readonly Placed<NamePattern>[];
  readonly cidrs: readonly Placed<Prefix>[];
  /** Those of `l3.protocols` that are IP. */
  readonly families: readonly Placed<4 | 6>[];
  /** Whole protocols. */
  readonly protocols: readonly Placed<Transport>[];
  /** Single ports of the other end. */
  readonly ports: readonly Placed<{ readonly protocol: PortProtocol; readonly port: number }>[];
  /** Applications whose port may be used; null for all. */
  readonly applications: readonly Placed<Application>[] | null;
  /** Names that may be asked for. */
  readonly questions: readonly Placed<NamePattern>[];
}

/** Both directions; one that is absent lets nothing pass. */
export interface NspPolicy {
  readonly egress: NspDirection | null;
  readonly ingress: NspDirection | null;
}

/** One binary and what it may do. */
export interface NspProcess {
  readonly path: Placed<string>;
  readonly policy: NspPolicy;
}

/** A SecurityProfile of Network Security Probe, as far as it can be carried. */
export interface NspProfile {
  readonly name: string;
  readonly mode: Placed<"enforce" | "audit" | "off">;
  /** For packets of no process; here only ICMP of it has a counterpart. */
  readonly rest: NspPolicy;
  readonly processes: readonly NspProcess[];
}
