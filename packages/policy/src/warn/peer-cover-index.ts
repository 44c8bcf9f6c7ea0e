import { type Peer, type Prefix, prefixesOf } from "@ringfence/model";

/**
 * Answers which of many peer lists cover another one whole, without comparing them pair by pair: blocks are found
 * by family, length and leading bits.
 */
export class PeerCoverIndex {
  /** Lists without a limit on addresses. */
  readonly #unlimited = new Set<number>();
  /** "family/length" to leading bits to the lists that hold the block. */
  readonly #byLength = new Map<string, { shape: Prefix; lists: Map<bigint, Set<number>> }>();

  constructor(lists: readonly (readonly Peer[] | null)[]) {
    for (const [index, peers] of lists.entries()) {
      if (isUnlimited(peers)) this.#unlimited.add(index);
      else for (const prefix of (peers ?? []).flatMap(prefixesOf)) this.#add(prefix, index);
    }
  }

  /** The lists that hold the first of these blocks: those that may cover the peers, as `covers` tells. */
  *candidates(peers: readonly Peer[] | null): Generator<number> {
    yield* this.#unlimited;
    const first = isUnlimited(peers) ? undefined : (peers ?? []).flatMap(prefixesOf)[0];
    if (first === undefined) return;
    for (const lists of this.#holding(first)) yield* lists;
  }

  /** True when the list holds every address of the peers, each block inside one of its own. */
  covers(list: number, peers: readonly Peer[] | null): boolean {
    if (this.#unlimited.has(list)) return true;
    if (peers === null || isUnlimited(peers)) return false;
    return peers.every((peer) =>
      prefixesOf(peer).every((prefix) => this.#holding(prefix).some((lists) => lists.has(list))),
    );
  }

  #add(prefix: Prefix, list: number): void {
    const key = `${prefix.address.family}/${prefix.length}`;
    const known = this.#byLength.get(key) ?? { shape: prefix, lists: new Map<bigint, Set<number>>() };
    this.#byLength.set(key, known);
    const holders = known.lists.get(leadingBits(prefix, prefix.length));
    if (holders === undefined) known.lists.set(leadingBits(prefix, prefix.length), new Set([list]));
    else holders.add(list);
  }

  #holding(prefix: Prefix): readonly ReadonlySet<number>[] {
    const found: ReadonlySet<number>[] = [];
    for (const { shape, lists } of this.#byLength.values()) {
      if (shape.address.family !== prefix.address.family || shape.length > prefix.length) continue;
      const holders = lists.get(leadingBits(prefix, shape.length));
      if (holders !== undefined) found.push(holders);
    }
    return found;
  }
}

function isUnlimited(peers: readonly Peer[] | null): boolean {
  return peers === null || peers.some((peer) => peer.kind === "set" && peer.set === "any");
}

function leadingBits({ address }: Prefix, length: number): bigint {
  return address.value >> BigInt((address.family === 4 ? 32 : 128) - length);
}
