import type { IntervalIndex, IntervalTable } from "./compiled-policy.js";

const valueBits = 32;
/** 65,536 buckets: 256 KiB of positions. */
const mostBucketBits = 16;
/** Below this the binary search takes a handful of steps anyway. */
const smallTable = 64;

/**
 * Builds the first level over a table of 32-bit values, with about one bucket for each interval: a search then takes
 * as many steps as its bucket's share of the intervals needs, and not as many as the whole table's.
 */
export function buildIntervalIndex({ starts }: IntervalTable): IntervalIndex {
  if (starts.length < smallTable) return { shift: valueBits, positions: new Uint32Array(0) };
  const bucketBits = Math.min(mostBucketBits, Math.ceil(Math.log2(starts.length)));
  const shift = valueBits - bucketBits;
  const buckets = 2 ** bucketBits;
  // One more than there are buckets: the last bucket ends where the table does.
  const positions = new Uint32Array(buckets + 1).fill(starts.length - 1);
  let interval = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const value = bucket * 2 ** shift;
    while (interval + 1 < starts.length && (starts[interval + 1] ?? 0) <= value) interval++;
    positions[bucket] = interval;
  }
  return { shift, positions };
}
