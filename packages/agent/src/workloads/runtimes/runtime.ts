import type { ContainerFacts, RuntimeName } from "@ringfence/model";

/** A container as its runtime describes it. */
export interface RuntimeContainer {
  readonly facts: ContainerFacts;
  /** ISO 8601; null when the runtime does not say. */
  readonly started: string | null;
}

/** The state that a container runtime keeps on this host. */
export interface Runtime {
  readonly name: RuntimeName;
  /** What it knows of a container; null when it knows none of that id, or cannot be read. */
  find(id: string): RuntimeContainer | null;
  /**
   * The ids of its containers by the path of their cgroup, for a runtime whose cgroups have no name of their own.
   * @param cgroupRoot where the cgroup v2 hierarchy is mounted
   */
  places?(cgroupRoot: string): ReadonlyMap<string, string>;
}
