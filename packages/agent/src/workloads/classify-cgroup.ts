import { type ContainerFacts, unitsOf, type Workload } from "@ringfence/model";
import { recognizeCgroup } from "./recognize-cgroup.js";
import type { Runtime } from "./runtimes/runtime.js";

/** Ids of the containers whose cgroup has no name of a container, by its path, and their runtime. */
export type ContainerPlaces = ReadonlyMap<string, { readonly id: string; readonly runtime: Runtime }>;

/** What is asked of the host to classify a cgroup. */
export interface ClassifyContext {
  /** In the order in which they are asked. */
  readonly runtimes: readonly Runtime[];
  readonly places: ContainerPlaces;
  /** True when only root can make cgroups beside this one: then its name is a runtime's, and no user's. */
  isRootsOwn(cgroup: string): boolean;
}

/** The workload that a cgroup lies in, without the number of its cgroup. */
export type Classified = Omit<Workload, "cgroupId">;

/**
 * Tells container, unit and host apart. A container is known by the outermost name of one, or by what a runtime
 * claims; the unit is the cgroup's own. Whoever was given a cgroup chooses names below it: there a container is one,
 * and nothing else is believed of it.
 */
export function classifyCgroup(path: string, context: ClassifyContext): Classified {
  const named = recognizeCgroup(path);
  const claim = named === null ? claimed(path, context) : null;
  const place = named ?? claim;
  if (place === null) return unitOrHost(path);
  const asked =
    claim === null
      ? context.runtimes.filter(({ name }) => place.runtime === null || name === place.runtime)
      : [claim.by];
  const believed = context.isRootsOwn(place.cgroup);
  const found = believed ? firstOf(asked, (runtime) => describe(runtime, place.id)) : null;
  return {
    kind: "container",
    cgroup: place.cgroup,
    container: found?.facts ?? unknown(believed ? place.id : null),
    runtime: place.runtime ?? found?.runtime ?? null,
    started: found?.started ?? null,
    unit: null,
  };
}

/** True when the runtime has not said yet what the container is called, or never will. */
export function isIncomplete({ container }: Pick<Workload, "container">): boolean {
  return container !== null && (container.name === null || container.labels === null);
}

/** What runtimes claim at this moment. */
export function placesOf(runtimes: readonly Runtime[], cgroupRoot: string): ContainerPlaces {
  const places = runtimes.flatMap((runtime) =>
    [...(runtime.places?.(cgroupRoot) ?? [])].map(([path, id]) => [path, { id, runtime }] as const),
  );
  return new Map(places);
}

function describe(runtime: Runtime, id: string) {
  const found = runtime.find(id);
  return found === null ? null : { ...found, runtime: runtime.name };
}

function claimed(path: string, { places }: ClassifyContext) {
  for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = places.get(at);
    if (found !== undefined)
      return { cgroup: at, id: found.id, runtime: found.runtime.name, by: found.runtime };
  }
  return null;
}

function unitOrHost(path: string): Classified {
  const unit = unitsOf(path).at(-1) ?? null;
  const isUnit = unit !== null && path.split("/").length === unitsOf(path).length + 1;
  return {
    kind: isUnit ? "unit" : "host",
    cgroup: path,
    container: null,
    runtime: null,
    started: null,
    unit: isUnit ? unit : null,
  };
}

function unknown(id: string | null): ContainerFacts {
  return { id, name: null, image: null, labels: null };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
