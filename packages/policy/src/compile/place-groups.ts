import type { ContainerFact } from "@ringfence/model";
import { matchesContainer } from "../evaluate/matches-container.js";
import { type Belief, matchesUnit } from "../evaluate/matches-process.js";
import type { CgroupConditions, PlaceCondition } from "./cgroup-conditions.js";

type Groups = readonly number[];

/** Containers stay the same while others come and go: which conditions of a policy hold for one is asked once. */
const known = new WeakMap<CgroupConditions, WeakMap<object, Groups>>();

/** Which conditions on host, container and unit hold in a cgroup, by their groups. */
export class PlaceGroups {
  readonly #lists: readonly PlaceCondition[];
  readonly #known: WeakMap<object, Groups>;
  readonly #withoutFacts = new Map<ContainerFact, Groups>();

  /** @param lists the conditions by their group, in the same order each time for the same conditions */
  constructor(conditions: CgroupConditions, lists: readonly PlaceCondition[]) {
    this.#lists = lists;
    this.#known = known.get(conditions) ?? new WeakMap();
    known.set(conditions, this.#known);
  }

  at(path: string, container: ContainerFact): Groups {
    const ofUnit = this.#where((place) => "unit" in place && matchesUnit(place.unit, path));
    return [...this.#of(container), ...ofUnit];
  }

  #of(container: ContainerFact): Groups {
    const isFact = typeof container === "object";
    const found = isFact ? this.#known.get(container) : this.#withoutFacts.get(container);
    if (found !== undefined) return found;
    const groups = this.#where((place) => holdsFor(place, container));
    if (isFact) this.#known.set(container, groups);
    else this.#withoutFacts.set(container, groups);
    return groups;
  }

  #where(holds: (place: PlaceCondition) => boolean): Groups {
    return this.#lists.flatMap((place, group) => (holds(place) ? [group] : []));
  }
}

function holdsFor(place: PlaceCondition, container: ContainerFact): boolean {
  if ("host" in place) return isHost(container, place.belief);
  return "container" in place && matchesContainer(place.container, container, place.belief);
}

function isHost(container: ContainerFact, belief: Belief): boolean {
  return container === false || (container === "pending" && belief === "lenient");
}
