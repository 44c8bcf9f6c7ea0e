import {
  isEverywhere,
  type NamePattern,
  namePatternText,
  type Peer,
  type Prefix,
  prefixesOf,
} from "@ringfence/model";
import { parentNames } from "../names/parent-names.js";

/**
 * Answers which of many peer lists cover another one whole, without comparing them pair by pair: blocks are found
 * by family, length and leading bits, names by what is above them.
 */
export class PeerCoverIndex {
  /** Lists without a limit on addresses. */
  readonly #unlimited = new Set<number>();
  /** "family/length" to leading bits to the lists that hold the block. */
  readonly #byLength = new Map<string, { shape: Prefix; lists: Map<bigint, Set<number>> }>();
  /** Names, as policy files have them, to the lists that hold them. */
  readonly #byName = new Map<string, Set<number>>();

  constructor(lists: readonly (readonly Peer[] | null)[]) {
    for (const [index, peers] of lists.entries()) {
      if (isEverywhere(peers)) this.#unlimited.add(index);
      else for (const part of (peers ?? []).flatMap(partsOf)) this.#add(part, index);
    }
  }

  /** The lists that hold the first of these parts: those that may cover the peers, as `covers` tells. */
  *candidates(peers: readonly Peer[] | null): Generator<number> {
    yield* this.#unlimited;
    const first = isEverywhere(peers) ? undefined : (peers ?? []).flatMap(partsOf)[0];
    if (first === undefined) return;
    for (const lists of this.#holding(first)) yield* lists;
  }

  /** True when the list holds every address and name of the peers, each block inside one of its own. */
  covers(list: number, peers: readonly Peer[] | null): boolean {
    if (this.#unlimited.has(list)) return true;
    if (peers === null || isEverywhere(peers)) return false;
    return peers.flatMap(partsOf).every((part) => this.#holding(part).some((lists) => lists.has(list)));
  }

  #add(part: Part, list: number): void {
    if ("name" in part) {
      addTo(this.#byName, namePatternText(part), list);
      return;
    }
    const key = `${part.address.family}/${part.length}`;
    const known = this.#byLength.get(key) ?? { shape: part, lists: new Map<bigint, Set<number>>() };
    this.#byLength.set(key, known);
    addTo(known.lists, leadingBits(part, part.length), list);
  }

  #holding(part: Part): readonly ReadonlySet<number>[] {
    if ("name" in part) {
      const above = [namePatternText(part), ...parentNames(part.name).map((parent) => `*.${parent}`)];
      return above.flatMap((text) => this.#byName.get(text) ?? []);
    }
    const found: ReadonlySet<number>[] = [];
    for (const { shape, lists } of this.#byLength.values()) {
      if (shape.address.family !== part.address.family || shape.length > part.length) continue;
      const holders = lists.get(leadingBits(part, shape.length));
      if (holders !== undefined) found.push(holders);
    }
    return found;
  }
}

type Part = Prefix | NamePattern;

function partsOf(peer: Peer): readonly Part[] {
  return peer.kind === "name" ? [peer.pattern] : prefixesOf(peer);
}

function addTo<K>(lists: Map<K, Set<number>>, key: K, list: number): void {
  const holders = lists.get(key);
  if (holders === undefined) lists.set(key, new Set([list]));
  else holders.add(list);
}

function leadingBits({ address }: Prefix, length: number): bigint {
  return address.value >> BigInt((address.family === 4 ? 32 : 128) - length);
}
