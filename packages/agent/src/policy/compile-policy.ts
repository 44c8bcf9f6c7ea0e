import type { Cgroup2 } from "@ringfence/kernel";
import type { ProcessCondition, Profile } from "@ringfence/model";
import { type CgroupWorkload, type CompiledPolicy, compile } from "@ringfence/policy";
import type { NamedPolicy } from "../observe/policy-names.js";
import { policyWorkloads } from "../workloads/policy-workloads.js";
import { knownRuntimes, usualFolders } from "../workloads/runtimes/known-runtimes.js";
import { workloadHost } from "../workloads/workload-host.js";
import { WorkloadTable } from "../workloads/workload-table.js";
import type { PolicyOptions } from "./policy-options.js";
import type { PolicyFile } from "./read-policy-files.js";
import { type ProfilesRead, parseProfiles } from "./read-profiles.js";

interface PolicyFacts {
  readonly profiles: readonly Pick<Profile, "name" | "mode">[];
  /** Where each profile stands, in the same order. */
  readonly sources: readonly string[];
  readonly warnings: readonly string[];
}

/** What a run needs to know of its policy once the kernel has the tables: little for each rule. */
export interface PolicySummary extends PolicyFacts {
  readonly names: NamedPolicy;
  /** False for a policy that refuses nothing, whatever is done. */
  readonly denies: boolean;
}

/**
 * A policy that is ready to be put in force; its bits do not say where their rules stand. To be disposed of when the
 * kernel has the tables, which are gone then.
 */
export interface RunPolicy extends PolicyFacts, Disposable {
  readonly compiled: CompiledPolicy;
  /** When its files had been found to be right, in ms of the clock that all processes share. */
  readonly checkedAt: number;
}

/** Milliseconds of CLOCK_MONOTONIC, which is the same in every process. */
export function sharedClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What files and the command line say, compiled. Throws PolicyErrors, RF_DESTINATION, RF_POLICY_LIMIT. */
export async function compilePolicy(
  files: readonly PolicyFile[],
  options: PolicyOptions,
  cgroups: Cgroup2,
): Promise<RunPolicy> {
  const policy = compileProfiles(await parseProfiles(files, options), cgroups, options.workloads);
  const absent = absentCgroups(policy.compiled.cgroupConditions, cgroups).map(
    (path) => `${aboutAbsent(path)} matches nothing in this run`,
  );
  return { ...policy, warnings: [...policy.warnings, ...absent] };
}

/** Cgroups that a policy names and that are not there. */
export function absentCgroups(
  { places }: CompiledPolicy["cgroupConditions"],
  cgroups: Pick<Cgroup2, "exists">,
): readonly string[] {
  const named = places.flatMap((place) => ("paths" in place ? place.paths : []));
  return [...new Set(named)].filter((path) => !cgroups.exists(path));
}

/** How a warning of a cgroup that is not there begins. */
export function aboutAbsent(path: string): string {
  return `cgroup "${path}" does not exist: what a rule says of it`;
}

/** The same for profiles that were read already. */
export function compileProfiles(
  read: Pick<ProfilesRead, "profiles" | "sources" | "warnings">,
  cgroups: Cgroup2,
  workloads?: readonly CgroupWorkload[],
): RunPolicy {
  const checkedAt = sharedClock();
  const { profiles, sources, warnings } = read;
  const asks = conditionsOf(profiles).some(({ host, container, unit }) => host ?? container ?? unit);
  const compiled = compile(profiles, { workloads: asks ? (workloads ?? workloadsNow(cgroups)) : [] });
  const bits = compiled.bits.map(({ ruleId, action, audit, profile }) => ({
    ruleId,
    action,
    audit,
    profile,
  }));
  return {
    compiled: { ...compiled, bits },
    profiles: profiles.map(({ name, mode }) => ({ name, mode })),
    sources,
    warnings,
    checkedAt,
    [Symbol.dispose]: () => undefined, // the collector does it
  };
}

/** What is kept of a policy. */
export function summaryOf({ compiled, profiles, sources, warnings }: RunPolicy): PolicySummary {
  const { denyEnd, allowEnd, defaultDenyEnd } = compiled.segments;
  return {
    names: {
      revision: compiled.revision,
      bits: compiled.bits.map(({ ruleId }) => ({ ruleId })),
      graceSeconds: compiled.names.judged ? compiled.names.graceSeconds : null,
    },
    profiles,
    sources,
    denies: denyEnd > 0 || defaultDenyEnd > allowEnd,
    warnings,
  };
}

/** Containers and units that run now; what starts later counts as the host. */
function workloadsNow(cgroups: Cgroup2): readonly CgroupWorkload[] {
  const table = new WorkloadTable(workloadHost(cgroups, knownRuntimes(usualFolders)));
  return policyWorkloads(table.list());
}

function conditionsOf(profiles: readonly Profile[]): ProcessCondition[] {
  return profiles.flatMap((profile) => [
    ...(profile.subject ?? []),
    ...[profile.egress, profile.ingress].flatMap((direction) =>
      (direction?.rules ?? []).flatMap((rule) => rule.process ?? []),
    ),
  ]);
}
