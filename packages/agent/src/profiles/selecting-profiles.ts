import type { Workload } from "@ringfence/model";
import { selectsWorkload } from "@ringfence/policy";
import type { ProfileSubject } from "./assess-profiles.js";

/** Names of the profiles that select a workload, in their order. */
export function selectingProfiles(
  subjects: readonly ProfileSubject[],
  { cgroup, container }: Workload,
): readonly string[] {
  return subjects
    .filter(({ subject }) => selectsWorkload(subject, { cgroup, container: container ?? false }))
    .map(({ name }) => name);
}
