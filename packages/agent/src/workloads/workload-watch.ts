import type { Cgroup2, layout } from "@ringfence/kernel";
import { type HandedContainer, HandedOver } from "./handed-over.js";
import type { NewCgroups } from "./new-cgroups.js";
import type { Runtime } from "./runtimes/runtime.js";
import { workloadHost } from "./workload-host.js";
import { WorkloadTable } from "./workload-table.js";

/** How soon a runtime is asked again about what it did not know. */
const REVIEW_MS = 20;
/** How soon a lost event is noticed. */
const CHECK_MS = 1_000;
/** How soon a new name of a container is. */
const RELIST_MS = 10_000;

export interface WorkloadWatchOptions {
  readonly cgroups: Cgroup2;
  readonly runtimes: readonly Runtime[];
  /** What the kernel has told of and waits for. */
  readonly newCgroups: NewCgroups;
  /** Whether the policy in force asks for what runs where. */
  readonly isAsked: () => boolean;
  /** Puts the policy in force again with what runs now; resolves when it is. */
  readonly apply: () => Promise<void>;
  /** Told when the policy could not be put in force for what runs now: new containers stay closed. */
  readonly failed: (error: unknown) => void;
}

/**
 * Keeps the policy true for containers and units that come and go. A new cgroup is closed by the kernel until the policy
 * lists whose it is, so that nothing here is a race: being late only means being closed for longer.
 */
export class WorkloadWatch {
  readonly table: WorkloadTable;
  readonly #options: WorkloadWatchOptions;
  readonly #timers: readonly NodeJS.Timeout[];
  #applying: Promise<void> = Promise.resolve();
  readonly #handed: HandedOver;
  #waiters: (() => void)[] = [];
  #reviewing: NodeJS.Timeout | null = null;
  #isWaiting = false;
  #hasFailed = false;
  #isStopped = false;
  #isApplying = false;

  /** The hooks that tell of cgroups are attached: nothing that comes now is missed. */
  constructor(options: WorkloadWatchOptions) {
    this.#options = options;
    const host = workloadHost(options.cgroups, []);
    this.#handed = new HandedOver(host.idOf);
    // the last one that claims a cgroup is asked, and the hook saw whose it is
    this.table = new WorkloadTable({ ...host, runtimes: [...options.runtimes, this.#handed] });
    this.table.changed(({ started, ended }) => {
      // what has just become pending is closed already
      if (ended.length > 0 || started.some(({ kind }) => kind !== "pending")) this.#schedule();
    });
    const relist = setInterval(() => this.relist(), RELIST_MS);
    const check = setInterval(() => this.#check(), CHECK_MS);
    this.#timers = [relist.unref(), check.unref()];
    this.#reviewLater();
    this.#schedule();
  }

  /** True when the policy in force knows all that is known here. */
  get isInForce(): boolean {
    return !this.#isWaiting && !this.#isApplying;
  }

  /** What the kernel says of a cgroup. */
  onCgroup(event: layout.rf_cgroup_event): void {
    if (event.made === 0) this.table.removed(event.id);
    else if (event.path_length === 0) this.relist();
    else this.table.made(Buffer.from(event.path.subarray(0, event.path_length)).toString("utf8"));
    this.#reviewLater();
  }

  /**
   * A runtime's hook says whose a cgroup is. Resolves when the policy in force covers the container: true; or when the time is
   * over, or `signal` is aborted: false, and the cgroup stays closed until it is covered.
   */
  async handOver(
    cgroup: string,
    container: HandedContainer,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const over = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
    this.#handed.add(cgroup, container);
    this.table.made(cgroup);
    this.#reviewLater();
    while (!over.aborted) {
      if (this.#covers(cgroup)) return true;
      await this.#nextInForce(over);
    }
    return this.#covers(cgroup);
  }

  /** Looks at everything: events were lost. */
  relist(): void {
    this.table.relist();
    this.#reviewLater();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#reviewing ?? undefined);
    await this.#applying;
  }

  #covers(cgroup: string): boolean {
    return this.table.at(cgroup)?.kind === "container" && this.isInForce && !this.#hasFailed;
  }

  #nextInForce(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Asks the runtimes again as long as there is something to ask; an agent with nothing to do sleeps. */
  #reviewLater(): void {
    if (this.#reviewing !== null || !this.table.isOpen || this.#isStopped) return;
    this.#reviewing = setTimeout(() => {
      this.#reviewing = null;
      this.table.review();
      this.#reviewLater();
    }, REVIEW_MS).unref();
  }

  #check(): void {
    const { newCgroups, isAsked } = this.#options;
    const kinds = newCgroups.ids().map((id) => this.table.of(id)?.kind);
    if (kinds.includes(undefined)) this.relist();
    // a policy that asks has come without them
    if (isAsked() && this.isInForce && kinds.includes("container")) this.#schedule();
  }

  /** Changes that come while one is put in force are put in force together. */
  #schedule(): void {
    // what comes in the last moment is the next agent's
    if (this.#isWaiting || this.#isStopped) return;
    this.#isWaiting = true;
    this.#applying = this.#applying.then(async () => {
      this.#isWaiting = false;
      this.#isApplying = true;
      try {
        await this.#apply();
        this.#hasFailed = false;
      } catch (error) {
        this.#hasFailed = true;
        this.#options.failed(error);
      } finally {
        this.#isApplying = false;
        for (const wake of this.#waiters.splice(0)) wake();
      }
    });
  }

  /**
   * What is the host's is settled first: who was judged as in a new cgroup is judged anew when the policy follows. A
   * container only when the policy lists it.
   */
  async #apply(): Promise<void> {
    const { newCgroups, isAsked, apply } = this.#options;
    const ids = newCgroups.ids();
    const kindOf = (id: bigint) => this.table.of(id)?.kind;
    const containers = ids.filter((id) => kindOf(id) === "container");
    for (const id of ids) if (kindOf(id) === "host" || kindOf(id) === "unit") newCgroups.settle(id);
    // Nothing would change. The containers stay in the kernel's table: another policy may be on its way, compiled without.
    if (!isAsked()) return;
    await apply();
    for (const id of containers) newCgroups.settle(id);
  }
}
