import type { ProcessCondition } from "@ringfence/model";
import type { Belief } from "../evaluate/matches-process.js";
import type { Conjunction } from "./bits.js";

/** A condition on the cgroup of a process, or on what runs there. */
export type PlaceCondition =
  | { readonly paths: readonly string[] }
  | { readonly host: true; readonly belief: Belief }
  | { readonly container: NonNullable<ProcessCondition["container"]>; readonly belief: Belief }
  | { readonly unit: readonly string[] };

/**
 * What a policy asks of cgroups, as plain data: from it the table of cgroups is made, and made anew when other containers run,
 * without the profiles.
 */
export interface CgroupConditions {
  /** Bits of the policy. */
  readonly bitCount: number;
  /** 32-bit words of a row. */
  readonly wordCount: number;
  /** Each distinct condition once. */
  readonly places: readonly PlaceCondition[];
  /** By turns a bit, and the place in `places` of a condition that it needs. */
  readonly needs: readonly number[];
}

/** Collects what the bits of a policy ask. `asked` are the conditions as the profiles have them, for its fingerprint. */
export function collectCgroupConditions(
  bits: readonly Conjunction[],
  wordCount: number,
): { readonly conditions: CgroupConditions; readonly asked: readonly unknown[] } {
  const places = new Places();
  const needs: number[] = [];
  const asked: unknown[] = [];
  bits.forEach(({ subject, process, isAllowRule }, bit) => {
    const belief = isAllowRule ? "strict" : "lenient";
    for (const { cgroup, host, container, unit } of [subject, process]) {
      if (cgroup !== undefined) needs.push(bit, places.of(cgroup, "strict", { paths: cgroup }));
      if (host) needs.push(bit, places.of(hostKey, belief, { host: true, belief }));
      if (container !== undefined) {
        const key = container === true ? containerKey : container;
        needs.push(bit, places.of(key, belief, { container, belief }));
      }
      if (unit !== undefined) needs.push(bit, places.of(unit, "strict", { unit }));
      if (cgroup ?? host ?? container ?? unit) asked.push([bit, cgroup, host, container, unit]);
    }
  });
  return { conditions: { bitCount: bits.length, wordCount, places: places.list, needs }, asked };
}

/** Stand for `host: true` and `container: true` among the conditions. */
const hostKey = {};
const containerKey = {};

/** One place for each condition and belief, so that bits that share them share a group. */
class Places {
  readonly list: PlaceCondition[] = [];
  readonly #known = new Map<object, Map<Belief, number>>();

  of(key: object, belief: Belief, condition: PlaceCondition): number {
    const places = this.#known.get(key) ?? new Map<Belief, number>();
    this.#known.set(key, places);
    const known = places.get(belief);
    if (known !== undefined) return known;
    places.set(belief, this.list.length);
    return this.list.push(condition) - 1;
  }
}
