import type { ContainerFact, Workload } from "@ringfence/model";
import { type ClassifyContext, classifyCgroup, isIncomplete, placesOf } from "./classify-cgroup.js";
import { type GoneCgroup, GoneCgroups } from "./gone-cgroups.js";
import type { Runtime } from "./runtimes/runtime.js";

/**
 * So long a new cgroup that no runtime claims is nobody's, as one may be about to: runc takes some 30 ms from the cgroup
 * to its state file.
 */
export const PENDING_MS = 2_000;

/** What the table asks of the host. */
export interface WorkloadHost {
  /** Where the cgroup v2 hierarchy is mounted. */
  readonly cgroupRoot: string;
  /** In the order in which they are asked. */
  readonly runtimes: readonly Runtime[];
  /** Names of the groups directly below; none for an absent group. */
  children(path: string): readonly string[];
  /** The kernel's number of a group; null when it is gone. */
  idOf(path: string): bigint | null;
  /** True when only root can make groups beside this one. */
  isRootsOwn(path: string): boolean;
  /** True while a runtime prepares a container in the group. */
  isBeingMade(path: string): boolean;
  /** Milliseconds of a clock that does not jump. */
  now(): number;
}

/** Workloads that came and went; one of which something else is known is in both lists. */
export interface WorkloadChange {
  readonly started: readonly Workload[];
  readonly ended: readonly Workload[];
}

interface Entry {
  readonly id: bigint;
  readonly workload: Workload;
  /** When it was first seen; null for a group that was there at the start. */
  readonly newSince: number | null;
}

/** What runs in which cgroup of this host. Told of new ones by whoever watches, and looks for itself. */
export class WorkloadTable {
  readonly #host: WorkloadHost;
  readonly #entries = new Map<string, Entry>();
  readonly #pathOf = new Map<bigint, string>();
  readonly #gone = new GoneCgroups();
  readonly #listeners: ((change: WorkloadChange) => void)[] = [];
  #started: Workload[] = [];
  #ended: Workload[] = [];

  constructor(host: WorkloadHost) {
    this.#host = host;
    this.#look(null);
    this.#started = [];
  }

  /** Containers, units and what is pending, each once, by path; everything else is the host. */
  list(): readonly Workload[] {
    return [...this.#entries]
      .flatMap(([path, { workload }]) =>
        workload.kind !== "host" && workload.cgroup === path ? [workload] : [],
      )
      .toSorted((a, b) => (a.cgroup < b.cgroup ? -1 : 1));
  }

  /** The workload that a cgroup lies in; null for a cgroup that nobody told of. */
  of(cgroupId: bigint): Workload | null {
    const path = this.#pathOf.get(cgroupId);
    return path === undefined ? null : (this.#entries.get(path)?.workload ?? null);
  }

  /** The same, also of a cgroup that is gone: what it did is told later than that. */
  latelyOf(cgroupId: bigint): Workload | null {
    return this.of(cgroupId) ?? this.#gone.workloadOf(cgroupId);
  }

  /** Cgroups that went lately. */
  get gone(): readonly GoneCgroup[] {
    return this.#gone.lately(this.#host.now());
  }

  /** The same by the path of the cgroup. */
  at(path: string): Workload | null {
    return this.#entries.get(path)?.workload ?? null;
  }

  /** What is known of the container that a cgroup lies in. */
  containerAt(path: string): ContainerFact {
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const workload = this.#entries.get(at)?.workload;
      if (workload !== undefined)
        return workload.kind === "pending" ? "pending" : (workload.container ?? false);
    }
    return false;
  }

  /** True while looking again may tell more. */
  get isOpen(): boolean {
    return [...this.#entries.values()].some((entry) => this.#mayLearn(entry));
  }

  /** Calls back after each change. */
  changed(callback: (change: WorkloadChange) => void): void {
    this.#listeners.push(callback);
  }

  /** A cgroup was made. */
  made(path: string): void {
    this.#add(path, this.#host.now(), this.#context());
    this.#tell();
  }

  /** A cgroup is gone. */
  removed(cgroupId: bigint): void {
    const path = this.#pathOf.get(cgroupId);
    if (path !== undefined) this.#drop(path);
    this.#tell();
  }

  /** Looks again at those of which not all is known. */
  review(): void {
    const open = [...this.#entries].filter(([, entry]) => this.#mayLearn(entry));
    if (open.length === 0) return;
    const context = this.#context();
    for (const [path, { newSince }] of open) this.#add(path, newSince, context);
    this.#tell();
  }

  /** Looks at every cgroup: for what nobody told, and what runtimes call otherwise now. */
  relist(): void {
    this.#look(this.#host.now());
    this.#tell();
  }

  #look(newSince: number | null): void {
    const context = this.#context();
    const seen = new Set<string>();
    const walk = (path: string): void => {
      const known = this.#entries.get(path);
      if (!this.#add(path, known === undefined ? newSince : known.newSince, context)) return;
      seen.add(path);
      for (const name of this.#host.children(path)) walk(path === "/" ? `/${name}` : `${path}/${name}`);
    };
    walk("/");
    for (const path of [...this.#entries.keys()]) if (!seen.has(path)) this.#drop(path);
  }

  #mayLearn({ workload, newSince }: Entry): boolean {
    if (workload.kind === "pending") return true;
    return newSince !== null && isIncomplete(workload) && this.#host.now() - newSince < PENDING_MS;
  }

  #context(): ClassifyContext {
    return {
      runtimes: this.#host.runtimes,
      places: placesOf(this.#host.runtimes, this.#host.cgroupRoot),
      isRootsOwn: (path) => this.#host.isRootsOwn(path),
    };
  }

  /** Classifies a cgroup; false when it is gone. */
  #add(path: string, newSince: number | null, context: ClassifyContext): boolean {
    const id = this.#host.idOf(path);
    if (id === null) {
      this.#drop(path);
      return false;
    }
    const known = this.#entries.get(path);
    // another cgroup of the same name
    if (known !== undefined && known.id !== id) this.#drop(path);
    const found = classifyCgroup(path, context);
    const kind = found.kind === "host" && this.#isPending(path, newSince) ? "pending" : found.kind;
    const own = found.cgroup === path ? id : this.#host.idOf(found.cgroup);
    this.#put(path, { id, newSince, workload: { ...found, kind, cgroupId: String(own ?? id) } });
    return true;
  }

  #isPending(path: string, newSince: number | null): boolean {
    if (path === "/") return false;
    return (newSince !== null && this.#host.now() - newSince < PENDING_MS) || this.#host.isBeingMade(path);
  }

  #put(path: string, entry: Entry): void {
    const known = this.#entries.get(path);
    this.#pathOf.set(entry.id, path);
    if (known !== undefined && JSON.stringify(known.workload) === JSON.stringify(entry.workload)) return;
    if (known !== undefined) this.#note(this.#ended, path, known.workload);
    this.#entries.set(path, entry);
    this.#note(this.#started, path, entry.workload);
  }

  #drop(path: string): void {
    const known = this.#entries.get(path);
    if (known === undefined) return;
    this.#entries.delete(path);
    this.#pathOf.delete(known.id);
    this.#gone.add({ id: known.id, path, workload: known.workload }, this.#host.now());
    this.#note(this.#ended, path, known.workload);
  }

  /** A cgroup in a container is no news, and neither is one of the host. */
  #note(list: Workload[], path: string, workload: Workload): void {
    if (workload.cgroup === path && workload.kind !== "host") list.push(workload);
  }

  #tell(): void {
    const change = { started: this.#started, ended: this.#ended };
    this.#started = [];
    this.#ended = [];
    if (change.started.length + change.ended.length === 0) return;
    for (const listener of this.#listeners) listener(change);
  }
}
