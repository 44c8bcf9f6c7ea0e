import type { CapabilityName } from "@ringfence/kernel/system";

/** How a fenced process is run: as users do, with what a root command keeps, or after it left the run's cgroup. */
export type RunKind = "plain" | "privileged" | "moved";

/** What shows that a method got out. */
export type Witness =
  /** a packet that opens a connection to the trial's port, or its data */
  | "connection"
  /** the trial's own bytes, at the other end of the wire */
  | "data"
  /** the open socket or device: what it could send leaves the host or the network stack */
  | "socket"
  /** a receiver in a namespace that only the process itself can see */
  | "self";

/** Where one try of a method goes, and by what its traces are known. */
export interface Trial {
  /** addresses that the policy denies, of the other end */
  readonly v4: string;
  readonly v6: string;
  /** no other trial uses it */
  readonly port: number;
  /** bytes that no other trial sends */
  readonly mark: string;
}

/** What was made for a trial outside the fence, and is used inside. */
export interface HandedOver {
  readonly fd: number;
  /** whatever else the user must know, such as where things lie in memory */
  readonly detail?: readonly number[];
  /** kept alive for the kernel */
  readonly keep?: readonly unknown[];
}

/** One way out of a fence. */
export interface Method {
  /** stable, for scripts */
  readonly id: string;
  readonly title: string;
  readonly runs: readonly RunKind[];
  readonly witness: Witness;
  /** without it the kernel itself refuses */
  readonly capability?: CapabilityName;
  /** name in /proc/net/protocols or /proc/misc of what a kernel may lack, or have as a module */
  readonly protocol?: string;
  /** makes what an unfenced process hands over, as its standard input or over a UNIX socket */
  readonly prepare?: (trial: Trial) => HandedOver;
  readonly handOver?: "stdin" | "message";
  /**
   * Tries to get data to the trial's destination. Throws SystemError when a call is refused. For the witness "self",
   * returns whether the data arrived. Sockets stay open: a packet that was held back may be sent again.
   */
  readonly attempt: (trial: Trial, handed: HandedOver) => boolean | undefined;
}

/** A destination that the policy of a selftest allows, next to those it denies. */
export const ALLOWED_V4 = "198.51.100.2";
export const ALLOWED_V6 = "2001:db8:1::2";
/** The user whom that policy allows every destination. */
export const ALLOWED_UID = 65_534;
/** Port on which the other end accepts connections that are made outside. */
export const LISTENER_PORT = 7;
