import type { Address, ContainerFact, Protocol, VerdictDirection } from "@ringfence/model";

/** A resolved executable path, and whether the mount namespace it was seen in is one that can be believed. */
export interface PathFact {
  readonly path: string;
  readonly trusted: boolean;
}

/** What the kernel knows about a process when it judges one of its flows. */
export interface ProcessFacts {
  /** Null when the executable is unknown, which no allow rule by executable accepts. */
  readonly exe: PathFact | null;
  /** Null for one whose executable is unknown: it counts as any for a deny, as none for an allow. */
  readonly ancestors: readonly (PathFact | null)[];
  readonly comm: string;
  /** Effective ids, as the initial user namespace sees them. */
  readonly uid: number;
  readonly gid: number;
  /** Absolute path in the cgroup v2 hierarchy. */
  readonly cgroup: string;
  readonly container: ContainerFact;
}

/** One flow, one port that a process binds or listens on, or one name that it asks a resolver for. */
export interface FlowFacts {
  /** Egress unless said. */
  readonly direction?: VerdictDirection;
  readonly protocol: Protocol | "other";
  /** The other end, as the caller named it: v4-mapped and unspecified addresses are normalised by whoever judges. */
  readonly address: Address;
  /**
   * The other end's port for egress, else the port of this machine. Null for protocols without ports; a missing port
   * of the others counts as 0.
   */
  readonly port: number | null;
  /**
   * Names that the address of an outgoing flow has now, in the order in which it is judged by them, or the name that a query is for:
   * lower-case ASCII, without the trailing dot. A query is for a name alone: its address and port are not looked at.
   */
  readonly names?: readonly string[];
}
