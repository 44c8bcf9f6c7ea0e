import type { Cgroup2 } from "@ringfence/kernel";
import type { PlainError } from "../policy/plain-error.js";
import type { Panic } from "./agent-state.js";
import type { ProfileFacts, ProtectedFlow } from "./assess-profiles.js";
import type { PolicyNotice } from "./policy-notice.js";
import type { PolicyTarget } from "./policy-target.js";

export interface ProfileManagerOptions {
  /** Where the profiles are. */
  readonly folder: string;
  /** The agent's state folder. */
  readonly state: string;
  readonly target: PolicyTarget;
  readonly cgroups: Cgroup2;
  readonly tell: (notice: PolicyNotice) => void;
  /** Connections that a change should not cut; by default those of operators. */
  readonly protect?: (requester: number | null) => readonly ProtectedFlow[];
}

/** A change of files of the folder, as a command asks for it: all of it is made, or nothing. */
export interface PolicyChange {
  /** Their names in the folder, and what they shall hold; null to remove a file. */
  readonly files: readonly { readonly name: string; readonly text: string | null }[];
  readonly force: boolean;
  /** Seconds until it is taken back unless it is confirmed; null for never. */
  readonly confirmWithin: number | null;
}

/** What is in force, and what is wrong. */
export interface ProfilesStatus {
  readonly generation: number;
  readonly revision: string | null;
  readonly profiles: readonly ProfileFacts[];
  readonly errors: readonly PlainError[];
  readonly warnings: readonly string[];
  /** Seconds until the change that waits is taken back; null when none waits. */
  readonly confirmWithin: number | null;
  /** Null unless everything is open, whatever the profiles say. */
  readonly panic: Panic | null;
}
