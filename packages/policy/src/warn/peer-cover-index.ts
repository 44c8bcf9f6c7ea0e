import { type Peer, type Prefix, prefixesOf } from "@ringfence/model";

/**
 * Answers which of many peer lists cover another one whole, without comparing them pair by pair: blocks are found
 * by family, length and leading bits.
 */
export class PeerCoverIndex {
  /** Lists without a limit on addresses. */
  readonly #unlimited: number[] = [];
  /** "family/length" to leading bits to the lists that hold the block. */
  readonly #byLength = new Map<string, { shape: Prefix; lists: Map<bigint, Set<number>> }>();

  constructor(lists: readonly (readonly Peer[] | null)[]) {
    for (const [index, peers] of lists.entries()) {
      if (isUnlimited(peers)) this.#unlimited.push(index);
      else for (const prefix of (peers ?? []).flatMap(prefixesOf)) this.#add(prefix, index);
    }
  }

  /** The numbers of the lists that hold every address of these peers, each peer's block inside one of theirs. */
  covering(peers: readonly Peer[] | null): readonly number[] {
    if (isUnlimited(peers)) return this.#unlimited;
    let limited: ReadonlySet<number> | null = null;
    for (const prefix of (peers ?? []).flatMap(prefixesOf)) {
      const holders: Set<number> = this.#holding(prefix);
      limited = limited === null ? holders : intersection(limited, holders);
      if (limited.size === 0) break;
    }
    return [...this.#unlimited, ...(limited ?? [])].sort((a, b) => a - b);
  }

  #add(prefix: Prefix, list: number): void {
    const key = `${prefix.address.family}/${prefix.length}`;
    const known = this.#byLength.get(key) ?? { shape: prefix, lists: new Map<bigint, Set<number>>() };
    this.#byLength.set(key, known);
    const holders = known.lists.get(leadingBits(prefix, prefix.length));
    if (holders === undefined) known.lists.set(leadingBits(prefix, prefix.length), new Set([list]));
    else holders.add(list);
  }

  #holding(prefix: Prefix): Set<number> {
    const holders = new Set<number>();
    for (const { shape, lists } of this.#byLength.values()) {
      if (shape.address.family !== prefix.address.family || shape.length > prefix.length) continue;
      for (const list of lists.get(leadingBits(prefix, shape.length)) ?? []) holders.add(list);
    }
    return holders;
  }
}

function isUnlimited(peers: readonly Peer[] | null): boolean {
  return peers === null || peers.some((peer) => peer.kind === "set" && peer.set === "any");
}

function leadingBits({ address }: Prefix, length: number): bigint {
  return address.value >> BigInt((address.family === 4 ? 32 : 128) - length);
}

function intersection(a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...a].filter((item) => b.has(item)));
}
