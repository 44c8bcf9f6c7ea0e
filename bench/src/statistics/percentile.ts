/**
 * The value below which `fraction` (0 to 1) of the samples lie, linear between the two nearest ranks
 * (Hyndman and Fan's type 7). Throws RangeError without samples.
 */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  if (below === undefined || above === undefined)
    throw new RangeError("Cannot rank an empty list of samples");
  return below + (above - below) * (rank - Math.floor(rank));
}
