import type { Workload } from "@ringfence/model";
import type { EventDraft } from "../events/event-draft.js";
import { eventWorkload } from "./event-workload.js";
import type { WorkloadChange, WorkloadTable } from "./workload-table.js";

type Change = Extract<EventDraft, { readonly type: "workload" }>["change"];

export interface WorkloadEventsOptions {
  readonly table: Pick<WorkloadTable, "list" | "changed">;
  /** Names of the profiles in force that select a workload. */
  readonly profilesOf: (workload: Workload) => readonly string[];
  readonly publish: (draft: EventDraft) => void;
}

/** Tells of containers and units that come and go. What is pending is told when it is known what it is. */
export class WorkloadEvents {
  readonly #options: WorkloadEventsOptions;
  /** What was told of last, by cgroup. */
  readonly #told = new Map<string, Workload>();

  constructor(options: WorkloadEventsOptions) {
    this.#options = options;
    options.table.changed((change) => this.#onChange(change));
  }

  /** Tells of everything that runs and that nothing was told of. */
  begin(): void {
    for (const workload of this.#options.table.list()) {
      if (workload.kind !== "pending" && !this.#told.has(workload.cgroup)) this.#tell("present", workload);
    }
  }

  #onChange({ started, ended }: WorkloadChange): void {
    const now = new Map(
      started.filter(({ kind }) => kind !== "pending").map((workload) => [workload.cgroup, workload]),
    );
    for (const { cgroup, cgroupId } of ended) {
      const known = this.#told.get(cgroup);
      if (known === undefined || known.cgroupId !== cgroupId) continue;
      // one of which something else is known is in both lists
      if (now.get(cgroup)?.cgroupId !== cgroupId) this.#tell("ended", known);
    }
    for (const workload of now.values()) {
      this.#tell(this.#told.has(workload.cgroup) ? "changed" : "started", workload);
    }
  }

  #tell(change: Change, workload: Workload): void {
    const { profilesOf, publish } = this.#options;
    if (change === "ended") this.#told.delete(workload.cgroup);
    else this.#told.set(workload.cgroup, workload);
    publish({
      type: "workload",
      level: "info",
      msg: inWords(change, workload),
      change,
      workload: eventWorkload(workload),
      profiles: [...profilesOf(workload)],
    });
  }
}

const verbs: Readonly<Record<Change, string>> = {
  present: "runs",
  started: "started",
  changed: "changed",
  ended: "ended",
};

function inWords(change: Change, { kind, container, unit, runtime, cgroup }: Workload): string {
  const name = container?.name ?? container?.id ?? unit;
  const details = [runtime, container?.image, `cgroup ${cgroup}`].filter(Boolean).join(", ");
  return `${kind}${name === null ? "" : ` ${name}`} ${verbs[change]} (${details})`;
}
