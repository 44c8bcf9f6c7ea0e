import type { Action, Destination, Profile, Rule } from "@ringfence/model";
import type { Resolver } from "../resolver.js";
import { parseDestination } from "./parse-destination.js";

const profileName = "run";

/** The options of `ringfence run` that make up its policy. */
export interface CommandLinePolicy {
  /** The texts of each `--allow` and `--deny`. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Undefined for the usual: deny once something is allowed by name, else allow. */
  readonly default?: Action | undefined;
  readonly mode: "enforce" | "audit";
}

/**
 * The profile `run` that the options stand for, for every process in scope; verdicts name its rules as they were
 * written, such as `run/--deny 10.0.0.0/8`. Throws RF_DESTINATION.
 */
export function commandLineProfile(options: CommandLinePolicy, resolver: Resolver): Profile {
  const rules = [
    ...[...new Set(options.deny)].map((text) => rule("deny", text, parseDestination(text, resolver))),
    ...[...new Set(options.allow)].map((text) => rule("allow", text, parseDestination(text, resolver))),
  ];
  const usual = options.allow.length > 0 ? "deny" : "allow";
  return {
    name: profileName,
    mode: options.mode,
    subject: null,
    egress: { default: options.default ?? usual, rules },
  };
}

function rule(action: Action, text: string, destination: Destination): Rule {
  return { id: `${profileName}/--${action} ${text}`, action, mode: "enforce", process: null, destination };
}
