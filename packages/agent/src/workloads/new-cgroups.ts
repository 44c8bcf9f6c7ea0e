import { type BpfMap, type BpfObject, u64Codec } from "@ringfence/kernel";

/** The kernel's table of cgroups that were made since an agent began, and that it has not been told about. */
export class NewCgroups {
  readonly #map: BpfMap<bigint, bigint>;

  constructor(object: BpfObject) {
    this.#map = object.map("new_cgroups", u64Codec, u64Codec);
  }

  /** The kernel's numbers of those that are there. */
  ids(): bigint[] {
    return [...this.#map.entries()].map(([id]) => id);
  }

  /** From now on the cgroup counts as what is listed of it, or of those above. */
  settle(id: bigint): void {
    this.#map.delete(id);
  }
}
