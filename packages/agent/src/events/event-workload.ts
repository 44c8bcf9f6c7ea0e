import type { EventWorkload, Workload } from "@ringfence/model";

/** A workload as events have it. */
export function eventWorkload({ kind, cgroup, container, runtime, unit }: Workload): EventWorkload {
  return {
    kind,
    name: container?.name ?? unit,
    id: container?.id ?? null,
    runtime,
    image: container?.image ?? null,
    labels: container?.labels ?? null,
    cgroup,
  };
}
