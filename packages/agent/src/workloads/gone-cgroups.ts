import type { Workload } from "@ringfence/model";
import { RecentMap } from "@ringfence/rules";

/** Cgroups that are remembered after their end. */
const REMEMBERED = 4_096;
/** So many in containers and so many others the policy goes on to list, and so long: a connection that was closed sends what is left for minutes. */
const LISTED = 256;
const LISTED_MS = 600_000;

/** A cgroup that is gone, and the workload that it lay in. */
export interface GoneCgroup {
  readonly id: bigint;
  readonly path: string;
  readonly workload: Workload;
}

type Listed = GoneCgroup & { readonly since: number };

/** The cgroups that went last: what they did is told later, and what they sent is on its way. */
export class GoneCgroups {
  readonly #gone = new RecentMap<Workload, bigint>(REMEMBERED);
  /** The newest last: of those in containers, and of others, which may come and go by the hundred. */
  #inContainers: readonly Listed[] = [];
  #others: readonly Listed[] = [];

  /** @param since milliseconds of a clock that does not jump */
  add(cgroup: GoneCgroup, since: number): void {
    this.#gone.set(cgroup.id, cgroup.workload);
    const withIt = (listed: readonly Listed[]) => [...listed.slice(1 - LISTED), { ...cgroup, since }];
    if (cgroup.workload.kind === "container") this.#inContainers = withIt(this.#inContainers);
    else this.#others = withIt(this.#others);
  }

  workloadOf(id: bigint): Workload | null {
    return this.#gone.get(id) ?? null;
  }

  /** Those whose connections may still be closing. */
  lately(now: number): readonly GoneCgroup[] {
    return [...this.#inContainers, ...this.#others].filter(({ since }) => now - since < LISTED_MS);
  }
}
