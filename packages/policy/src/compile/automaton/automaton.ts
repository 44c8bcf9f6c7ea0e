/** What a path means when the automaton stops in a state. */
export interface AcceptRows {
  /** Row for an executable whose path is trusted. */
  readonly trustedRow: number;
  /** Row for one whose path is not: allow rules by executable are missing. */
  readonly untrustedRow: number;
  /** Ancestor patterns that the path matches; bit i is pattern id i. */
  readonly ancestorBits: bigint;
}

/**
 * A deterministic automaton over the UTF-8 bytes of a path, for all patterns at once. State 0 is dead: no
 * pattern can match any more, and it leads only to itself.
 */
export interface Automaton {
  /** 256 entries: bytes of one class are never told apart. */
  readonly byteClass: Uint8Array;
  readonly classCount: number;
  readonly stateCount: number;
  readonly start: number;
  /** Next state at `state * classCount + class`. */
  readonly transitions: Uint32Array;
  /** By state. */
  readonly accepts: readonly AcceptRows[];
}
