import { isEverywhere, nat64Prefix, type Peer, prefixesOf, prefixRange } from "@ringfence/model";
import type { IntervalTable, WideIntervalTable } from "./compiled-policy.js";
import type { CompileContext } from "./context.js";
import type { Dimension } from "./dimension.js";
import { sweepIntervals } from "./interval-sweep.js";
import { sweepWideIntervals } from "./wide-sweep.js";
import type { WideList } from "./wide-words.js";

const highestV4 = 2 ** 32 - 1;
const highestV6 = (1n << 128n) - 1n;
/** The first word of 64:ff9b::/96; the two between it and the IPv4 address are 0. */
const nat64Word = Number(nat64Prefix.address.value >> 96n);

/** The table of IPv4 destinations. */
export function buildV4Table(context: CompileContext): IntervalTable {
  return sweepIntervals(peerDimension(context), visitV4, highestV4, context.rows);
}

/** The table of IPv6 destinations; IPv4 blocks appear in the NAT64 prefix. */
export function buildV6Table(context: CompileContext): WideIntervalTable {
  return sweepWideIntervals(peerDimension(context), visitV6, context.rows);
}

function peerDimension(context: CompileContext): Dimension<readonly Peer[]> {
  const dimension = context.dimension<readonly Peer[]>();
  context.bits.forEach(({ destination }, bit) => {
    const peers = destination?.to ?? undefined;
    if (peers !== undefined && !isEverywhere(peers)) dimension.require(bit, peers);
  });
  return dimension;
}

function visitV4(peers: readonly Peer[], emit: (from: number, to: number) => void): void {
  for (const peer of peers) {
    for (const prefix of prefixesOf(peer)) {
      if (prefix.address.family !== 4) continue;
      const from = Number(prefix.address.value);
      emit(from, from + 2 ** (32 - prefix.length) - 1);
    }
  }
}

function visitV6(peers: readonly Peer[], firsts: WideList, ends: WideList): void {
  for (const peer of peers) {
    for (const prefix of prefixesOf(peer)) {
      if (prefix.address.family === 6) {
        const { first, last } = prefixRange(prefix);
        firsts.addValue(first);
        if (last < highestV6) ends.addValue(last + 1n);
      } else {
        const first = Number(prefix.address.value);
        const end = first + 2 ** (32 - prefix.length);
        firsts.add(nat64Word, 0, 0, first);
        ends.add(nat64Word, 0, end > highestV4 ? 1 : 0, end);
      }
    }
  }
}
