import { containerCgroups } from "@ringfence/agent";
import type { Cgroup2 } from "@ringfence/kernel";
import type { ProcessCondition, Profile } from "@ringfence/model";
import { type CompiledPolicy, compile } from "@ringfence/policy";
import { readProfiles } from "./read-profiles.js";
import type { RunOptions } from "./run-options.js";

export interface RunPolicy {
  readonly profiles: readonly Profile[];
  /** Where each profile stands, in the same order. */
  readonly sources: readonly string[];
  readonly compiled: CompiledPolicy;
  readonly warnings: readonly string[];
}

/** The policy of a run: files first, then what the command line says, compiled. Throws PolicyErrors, RF_DESTINATION. */
export async function loadPolicy(options: RunOptions, cgroups: Cgroup2): Promise<RunPolicy> {
  const { profiles, sources, ...read } = await readProfiles(options);
  const warnings = [...read.warnings];
  for (const path of new Set(conditionsOf(profiles).flatMap((condition) => condition.cgroup ?? []))) {
    if (!cgroups.exists(path)) {
      warnings.push(`cgroup "${path}" does not exist: what a rule says of it matches nothing in this run`);
    }
  }
  const asksForHost = conditionsOf(profiles).some((condition) => condition.host === true);
  const compiled = compile(profiles, { containerCgroups: asksForHost ? containerCgroups(cgroups) : [] });
  return { profiles, sources, compiled, warnings };
}

function conditionsOf(profiles: readonly Profile[]): ProcessCondition[] {
  return profiles.flatMap((profile) => [
    ...(profile.subject ?? []),
    ...[profile.egress, profile.ingress].flatMap((direction) =>
      (direction?.rules ?? []).flatMap((rule) => rule.process ?? []),
    ),
  ]);
}
