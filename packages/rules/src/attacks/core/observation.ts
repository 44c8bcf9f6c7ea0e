import type { EventProcess } from "@ringfence/model";

/** Who did it. */
export type Actor = EventProcess;

interface Timed {
  /** milliseconds of any clock that never jumps; all observations of one detector are of the same */
  readonly atMs: number;
}

interface WithActor extends Timed {
  readonly actor: Actor;
}

/** A connection was asked for, or a datagram sent. */
export interface Opening extends WithActor {
  readonly kind: "opening";
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  /** of the address, where one is known */
  readonly name: string | null;
  readonly denied: boolean;
  /** by a raw socket, so that nobody hears whether it was answered */
  readonly raw: boolean;
}

/** A TCP connection ended, or an attempt at one did. */
export interface Ending extends WithActor {
  readonly kind: "ending";
  readonly direction: "egress" | "ingress";
  readonly address: string;
  readonly port: number;
  readonly established: boolean;
}

/** A packet came for a port where nobody listens, or where the policy lets nobody in. */
export interface Stray extends Timed {
  readonly kind: "stray";
  /** network namespace, by inode number */
  readonly network: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly port: number;
  readonly protocol: string;
}

/** Counters of handshakes, since they began to count. */
export interface Handshakes extends WithActor {
  readonly kind: "handshakes";
  readonly direction: "egress" | "ingress";
  readonly port: number;
  readonly begun: number;
  readonly done: number;
  /** true for what was counted before anybody looked, over any length of time */
  readonly earlier: boolean;
  /** the other end of the last one begun */
  readonly address: string;
}

/** The other end of a standard stream that is an IP socket; null for any other stream. */
export type StreamEnd = { readonly address: string; readonly port: number } | null;

/** A program began. */
export interface Exec extends WithActor {
  readonly kind: "exec";
  /** standard input, output and error */
  readonly streams: readonly StreamEnd[];
  /** the parent's standard input */
  readonly parentStream: StreamEnd;
}

/** A process began to listen. */
export interface Listening extends WithActor {
  readonly kind: "listening";
  readonly port: number;
}

/** A name was asked for. */
export interface Query extends WithActor {
  readonly kind: "query";
  readonly name: string;
  /** the registered domain that the name is below, or itself */
  readonly apex: string;
  readonly recordType: string;
}

/** A DNS answer came that matches no query, or from somebody who was not asked. */
export interface OddAnswer extends Timed {
  readonly kind: "odd-answer";
  /** whose socket it came to; null where it reached none */
  readonly actor: Actor | null;
  /** who says it is from */
  readonly source: string;
  /** how many, where they were counted only */
  readonly times: number;
}

/** What this host knows of a neighbour's hardware address changed, or was said again unasked. */
export interface Neighbour extends Timed {
  readonly kind: "neighbour";
  /** network namespace and interface */
  readonly network: string;
  readonly address: string;
  /** null where none was known */
  readonly before: string | null;
  readonly mac: string;
  /** an answer, while this host was not asking */
  readonly unasked: boolean;
  /** of the router that this host sends to, where it is known */
  readonly gateway: string | null;
}

/** What detectors look at. */
export type Observation =
  | Opening
  | Ending
  | Stray
  | Handshakes
  | Exec
  | Listening
  | Query
  | OddAnswer
  | Neighbour;
