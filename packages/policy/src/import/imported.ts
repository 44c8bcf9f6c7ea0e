import type { Profile, RingfenceError } from "@ringfence/model";

/** A policy made out of another tool's file. With an error there is no text. */
export interface Imported {
  /** A policy file, with comments that say where its parts come from. */
  readonly text: string;
  /** What could not be carried, or means something else here, at its place in the file that was read. */
  readonly warnings: readonly RingfenceError[];
  readonly errors: readonly RingfenceError[];
}

/** A profile and what is to be said about its parts, a line each. */
export interface CommentedProfile {
  readonly profile: Profile;
  readonly head: readonly string[];
  /** By the keys below `spec`. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** By rule id. */
  readonly rules: ReadonlyMap<string, readonly string[]>;
}
