import type { ContainerFacts, ContainerState } from "@ringfence/model";
import type { Runtime } from "./runtimes/runtime.js";

/** What the hook of a runtime says of a container that is being made. */
export type HandedContainer = Omit<ContainerState, "pid">;

/**
 * Containers that a runtime's hook told of, by their cgroup. At that time runc has written no state file, and other runtimes
 * of its kind have places of their own for theirs. The facts are those that runc's state will have. Only root hands over.
 */
export class HandedOver implements Runtime {
  readonly name = "runc";
  readonly #idOf: (cgroup: string) => bigint | null;
  /** With the number of the cgroup: another one of that path is another container's. */
  readonly #known = new Map<
    string,
    { readonly cgroupId: bigint; readonly facts: ContainerFacts; readonly started: string }
  >();

  constructor(idOf: (cgroup: string) => bigint | null) {
    this.#idOf = idOf;
  }

  /** The container in the cgroup is this one. */
  add(cgroup: string, { id, annotations }: HandedContainer): void {
    const cgroupId = this.#idOf(cgroup);
    if (cgroupId === null) return;
    // runc adds where the bundle is
    const { bundle: _, ...labels } = annotations;
    const started = new Date().toISOString();
    this.#known.set(cgroup, { cgroupId, facts: { id, name: id, image: "", labels }, started });
  }

  /** By cgroup: two root folders of a runtime may have a container of one id. */
  find(cgroup: string) {
    const known = this.#known.get(cgroup);
    return known === undefined ? null : { facts: known.facts, started: known.started };
  }

  places(): ReadonlyMap<string, string> {
    for (const [cgroup, { cgroupId }] of this.#known)
      if (this.#idOf(cgroup) !== cgroupId) this.#known.delete(cgroup);
    return new Map([...this.#known.keys()].map((cgroup) => [cgroup, cgroup]));
  }
}
