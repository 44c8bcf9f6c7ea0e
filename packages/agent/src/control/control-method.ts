import type { Peer } from "./peer.js";

/** Sends one thing after another in answer to one request. */
export interface ControlStream {
  /** What does not fit, because the peer reads too slowly, is dropped, and the peer is told how much. */
  send(event: object): void;
  /** Aborted when the peer is gone, or the server stops. */
  readonly signal: AbortSignal;
}

/** Something that the agent can be asked. */
export interface ControlMethod {
  /** `change` is for root alone. */
  readonly access: "read" | "change";
  /**
   * Returns the result, as JSON can hold it. A RingfenceError, or an object with several in `errors`, reaches the peer.
   * A method that streams returns when its stream has ended.
   */
  handle(params: Readonly<Record<string, unknown>>, peer: Peer, stream: ControlStream): Promise<unknown>;
}

/** Methods by name; each part of the agent exports its own, and the daemon merges them. */
export type ControlMethods = Readonly<Record<string, ControlMethod>>;
