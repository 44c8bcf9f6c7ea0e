import { type ContainerFact, unitsOf } from "@ringfence/model";
import { matchesContainer } from "../evaluate/matches-container.js";
import { type Belief, matchesUnit } from "../evaluate/matches-process.js";
import type { CgroupConditions, PlaceCondition } from "./cgroup-conditions.js";

type Groups = readonly number[];

/** What is known of a policy's conditions. */
interface Known {
  readonly ofFacts: WeakMap<object, Groups>;
  /** Of the paths that the last table had. */
  ofPaths: ReadonlyMap<string, Groups>;
}

/** Workloads stay the same while others come and go: which conditions of a policy hold for one is asked once. */
const known = new WeakMap<CgroupConditions, Known>();

/** Which conditions on host, container and unit hold in the cgroups of one table, by their groups. */
export class PlaceGroups {
  readonly #lists: readonly PlaceCondition[];
  readonly #ofFacts: Known["ofFacts"];
  readonly #ofPathsBefore: Known["ofPaths"];
  readonly #ofPaths = new Map<string, Groups>();
  readonly #withoutFacts = new Map<ContainerFact, Groups>();

  /** @param lists the conditions by their group, in the same order each time for the same conditions */
  constructor(conditions: CgroupConditions, lists: readonly PlaceCondition[]) {
    this.#lists = lists;
    const before = known.get(conditions);
    this.#ofFacts = before?.ofFacts ?? new WeakMap();
    this.#ofPathsBefore = before?.ofPaths ?? new Map();
    known.set(conditions, { ofFacts: this.#ofFacts, ofPaths: this.#ofPaths });
  }

  at(path: string, container: ContainerFact): Groups {
    return [...this.#of(container), ...this.#ofUnit(path)];
  }

  /** True for the own cgroup of a unit that a condition matches: not for what matches by a slice above alone. */
  isUnit(path: string): boolean {
    const units = unitsOf(path);
    if (units.length !== path.split("/").length - 1) return false;
    const above = this.#ofUnit(path.slice(0, path.lastIndexOf("/")));
    return this.#ofUnit(path).some((group) => !above.includes(group));
  }

  #ofUnit(path: string): Groups {
    const found = this.#ofPaths.get(path);
    if (found !== undefined) return found;
    const asked = () => this.#where((place) => "unit" in place && matchesUnit(place.unit, path));
    const groups = this.#ofPathsBefore.get(path) ?? asked();
    this.#ofPaths.set(path, groups);
    return groups;
  }

  #of(container: ContainerFact): Groups {
    const isFact = typeof container === "object";
    const found = isFact ? this.#ofFacts.get(container) : this.#withoutFacts.get(container);
    if (found !== undefined) return found;
    const groups = this.#where((place) => holdsFor(place, container));
    if (isFact) this.#ofFacts.set(container, groups);
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
