import type { Action, Destination, Direction, Listen, Profile, Rule } from "@ringfence/model";
import type { Resolver } from "../resolver.js";
import { parseDestination, parseListen, parseSource } from "./parse-destination.js";

const profileName = "run";

/** The options of `ringfence run` that make up its policy. */
export interface CommandLinePolicy {
  /** The texts of each `--allow` and `--deny`. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Undefined for the usual: deny once something is allowed by name, else allow. */
  readonly default?: Action | undefined;
  /** The texts of each `--allow-from`; one is enough to deny what comes from elsewhere. */
  readonly allowFrom?: readonly string[];
  /** The texts of each `--listen`; one is enough to refuse every other port. */
  readonly listen?: readonly string[];
  readonly mode: "enforce" | "audit";
}

/**
 * The profile `run` that the options stand for, for every process in scope; verdicts name its rules as they were
 * written, such as `run/--deny 10.0.0.0/8`. Throws RF_DESTINATION.
 */
export function commandLineProfile(options: CommandLinePolicy, resolver: Resolver): Profile {
  const rules = [
    ...[...new Set(options.deny)].map((text) =>
      rule("deny", `--deny ${text}`, parseDestination(text, resolver)),
    ),
    ...[...new Set(options.allow)].map((text) =>
      rule("allow", `--allow ${text}`, parseDestination(text, resolver)),
    ),
  ];
  const usual = options.allow.length > 0 ? "deny" : "allow";
  return {
    name: profileName,
    mode: options.mode,
    subject: null,
    egress: { default: options.default ?? usual, rules },
    ingress: ingressOf(options.allowFrom ?? [], resolver),
    listen: listenOf(options.listen ?? [], resolver),
    unattributed: null,
    names: null,
    dns: null,
  };
}

function ingressOf(texts: readonly string[], resolver: Resolver): Direction | null {
  if (texts.length === 0) return null;
  const rules = [...new Set(texts)].map((text) =>
    rule("allow", `--allow-from ${text}`, parseSource(text, resolver)),
  );
  return { default: "deny", rules };
}

function listenOf(texts: readonly string[], resolver: Resolver): Listen | null {
  return texts.length === 0 ? null : { ports: texts.flatMap((text) => parseListen(text, resolver)) };
}

function rule(action: Action, option: string, destination: Destination): Rule {
  return { id: `${profileName}/${option}`, action, mode: "enforce", process: null, destination };
}
