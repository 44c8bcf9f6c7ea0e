import type { NamePattern, NumberRange, ProcessCondition, Profile } from "@ringfence/model";

/** What a profile is learned for, and how. */
export interface LearnOptions {
  /** Of the profile. */
  readonly name: string;
  /** Null for everything that was seen. */
  readonly subject: readonly ProcessCondition[] | null;
  /** Wildcards that take the place of the names below them; none is made up. */
  readonly wildcards: readonly NamePattern[];
  /** Ports that the kernel gives to whoever asks for any. */
  readonly ephemeral: NumberRange;
  /** What it allows needs no new rule. Its name and subject are those of the options. */
  readonly existing?: Profile;
}

/** What Linux has in net.ipv4.ip_local_port_range unless it is set. */
export const usualEphemeral: NumberRange = { from: 32_768, to: 60_999 };
