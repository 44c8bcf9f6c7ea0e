import type { Workload } from "@ringfence/model";
import { RecentMap } from "@ringfence/rules";

/** Cgroups that are remembered after their end. */
const REMEMBERED = 4_096;
/** So many of them the policy goes on to list, and so long: a connection that was closed sends what is left for minutes. */
const LISTED = 256;
const LISTED_MS = 600_000;

/** A cgroup that is gone, and the workload that it lay in. */
export interface GoneCgroup {
  readonly id: bigint;
  readonly path: string;
  readonly workload: Workload;
}

/** The cgroups that went last: what they did is told later, and what they sent is on its way. */
export class GoneCgroups {
  readonly #gone = new RecentMap<Workload, bigint>(REMEMBERED);
  /** The newest last. */
  #listed: readonly (GoneCgroup & { readonly since: number })[] = [];

  /** @param since milliseconds of a clock that does not jump */
  add(cgroup: GoneCgroup, since: number): void {
    this.#gone.set(cgroup.id, cgroup.workload);
    this.#listed = [...this.#listed.slice(1 - LISTED), { ...cgroup, since }];
  }

  workloadOf(id: bigint): Workload | null {
    return this.#gone.get(id) ?? null;
  }

  /** Those whose connections may still be closing. */
  lately(now: number): readonly GoneCgroup[] {
    return this.#listed.filter(({ since }) => now - since < LISTED_MS);
  }
}
