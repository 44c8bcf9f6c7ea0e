import type { EventWorkload, Workload } from "@ringfence/model";

/** A workload as events have it. */
export function eventWorkload({ kind, container, unit, runtime, cgroup }: Workload): EventWorkload {
  const name = container?.name ?? unit;
  return {
    kind,
    name,
    id: container?.id ?? null,
    runtime,
    image: container?.image ?? null,
    labels: container?.labels ?? null,
    cgroup,
  };
}
