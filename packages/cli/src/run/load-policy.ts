import { readFileSync } from "node:fs";
import { containerCgroups, hostResolver } from "@ringfence/agent";
import type { Cgroup2 } from "@ringfence/kernel";
import { type ProcessCondition, type Profile, RingfenceError } from "@ringfence/model";
import { type CompiledPolicy, commandLineProfile, compile } from "@ringfence/policy";
import type { RunOptions } from "./run-options.js";

export interface RunPolicy {
  readonly profiles: readonly Profile[];
  /** Where each profile stands, in the same order. */
  readonly sources: readonly string[];
  readonly compiled: CompiledPolicy;
  readonly warnings: readonly string[];
}

/** Several errors of policy files at once: one line each. */
export class PolicyErrors extends Error {
  readonly errors: readonly RingfenceError[];

  constructor(errors: readonly RingfenceError[]) {
    super(errors.map((error) => error.format()).join("\n"));
    this.errors = errors;
  }
}

/** The policy of a run: files first, then what the command line says, compiled. Throws PolicyErrors, RF_DESTINATION. */
export async function loadPolicy(options: RunOptions, cgroups: Cgroup2): Promise<RunPolicy> {
  const files = await readPolicies(options.policyFiles);
  const errors = [...files.flatMap((file) => file.errors), ...duplicates(files)];
  if (errors.length > 0) throw new PolicyErrors(errors);
  const profiles: Profile[] = files.flatMap((file) => file.profiles);
  const sources = files.flatMap(({ file, profiles }) => profiles.map(() => file));
  const warnings = files.flatMap((file) => file.warnings.map((warning) => warning.format()));
  if (saysSomething(options) || files.length === 0) {
    const { allow, deny, allowFrom, listen } = options;
    const action = options.default ?? undefined;
    const said = { allow, deny, allowFrom, listen, default: action, mode: "enforce" as const };
    profiles.push(commandLineProfile(said, hostResolver));
    sources.push("command line");
  }
  const effective = profiles.map((profile) => withMode(profile, options.mode));
  for (const path of new Set(conditionsOf(effective).flatMap((condition) => condition.cgroup ?? []))) {
    if (!cgroups.exists(path)) {
      warnings.push(`cgroup "${path}" does not exist: what a rule says of it matches nothing in this run`);
    }
  }
  const asksForHost = conditionsOf(effective).some((condition) => condition.host === true);
  const compiled = compile(effective, { containerCgroups: asksForHost ? containerCgroups(cgroups) : [] });
  return { profiles: effective, sources, compiled, warnings };
}

async function readPolicies(files: readonly string[]) {
  if (files.length === 0) return [];
  const { parsePolicy } = await import("@ringfence/policy/parse");
  return files.map((file) => ({ file, ...parsePolicy(readPolicy(file), file, hostResolver) }));
}

function readPolicy(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RingfenceError("RF_POLICY_FILE", `Cannot read policy file "${file}": ${reason}`, {
      cause: error,
    });
  }
}

function saysSomething({ allow, deny, allowFrom, listen, default: action }: RunOptions): boolean {
  return [allow, deny, allowFrom, listen].some((texts) => texts.length > 0) || action !== null;
}

/** `--mode` is for the whole run: audit promises that nothing is refused, enforce that everything is. */
function withMode(profile: Profile, mode: RunOptions["mode"]): Profile {
  return mode === null || profile.mode === "off" ? profile : { ...profile, mode };
}

function duplicates(files: readonly { readonly profiles: readonly Profile[] }[]): RingfenceError[] {
  const seen = new Set<string>();
  return files
    .flatMap((file) => file.profiles)
    .filter((profile) => seen.has(profile.name) || !seen.add(profile.name))
    .map(
      ({ name, location }) =>
        new RingfenceError("RF_POLICY_DUPLICATE_NAME", `Profile "${name}" is defined twice in this run`, {
          hint: "give each profile a name of its own",
          location,
        }),
    );
}

function conditionsOf(profiles: readonly Profile[]): ProcessCondition[] {
  return profiles.flatMap((profile) => [
    ...(profile.subject ?? []),
    ...[profile.egress, profile.ingress].flatMap((direction) =>
      (direction?.rules ?? []).flatMap((rule) => rule.process ?? []),
    ),
  ]);
}
