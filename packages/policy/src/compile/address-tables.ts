import { type NumberRange, nat64Of, type Peer, prefixesOf, prefixRange } from "@ringfence/model";
import type { IntervalTable, WideIntervalTable } from "./compiled-policy.js";
import type { CompileContext } from "./context.js";
import type { Dimension } from "./dimension.js";
import { sweepIntervals } from "./interval-sweep.js";
import { sweepWideIntervals, type WideRange } from "./wide-sweep.js";

const highestV4 = 2 ** 32 - 1;

/** The table of IPv4 destinations. */
export function buildV4Table(context: CompileContext): IntervalTable {
  return sweepIntervals(peerDimension(context), v4Ranges, highestV4, context.rows);
}

/** The table of IPv6 destinations; IPv4 blocks appear in the NAT64 prefix. */
export function buildV6Table(context: CompileContext): WideIntervalTable {
  return sweepWideIntervals(peerDimension(context), v6Ranges, context.rows);
}

function peerDimension(context: CompileContext): Dimension<readonly Peer[]> {
  const dimension = context.dimension<readonly Peer[]>();
  context.bits.forEach(({ destination }, bit) => {
    const peers = destination?.to ?? undefined;
    if (peers !== undefined && !includesAny(peers)) dimension.require(bit, peers);
  });
  return dimension;
}

function includesAny(peers: readonly Peer[]): boolean {
  return peers.some((peer) => peer.kind === "set" && peer.set === "any");
}

function* v4Ranges(peers: readonly Peer[]): Generator<NumberRange> {
  for (const peer of peers) {
    for (const prefix of prefixesOf(peer)) {
      if (prefix.address.family !== 4) continue;
      const from = Number(prefix.address.value);
      yield { from, to: from + 2 ** (32 - prefix.length) - 1 };
    }
  }
}

function* v6Ranges(peers: readonly Peer[]): Generator<WideRange> {
  for (const peer of peers) {
    for (const prefix of prefixesOf(peer)) {
      yield prefixRange(prefix.address.family === 4 ? nat64Of(prefix) : prefix);
    }
  }
}
