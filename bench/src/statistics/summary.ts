import { percentile } from "./percentile.js";

/** What is kept of a list of samples, in the samples' unit. */
export interface Summary {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export function summarize(samples: readonly number[]): Summary {
  return { p50: percentile(samples, 0.5), p90: percentile(samples, 0.9), p99: percentile(samples, 0.99) };
}

/** A difference between two situations, taken round by round, so that a disturbance of a whole round cancels out. */
export interface Difference {
  readonly p50: number;
  /** the middle half of all rounds lies between these two */
  readonly p25: number;
  readonly p75: number;
}

/** Each round's difference. Throws RangeError when the two were not measured in the same rounds. */
export function pairedSamples(samples: readonly number[], baseline: readonly number[]): number[] {
  if (samples.length !== baseline.length) {
    throw new RangeError(
      `Cannot pair ${samples.length} samples with ${baseline.length}: measure both each round`,
    );
  }
  return samples.map((sample, round) => sample - (baseline[round] ?? Number.NaN));
}

export function pairedDifference(samples: readonly number[], baseline: readonly number[]): Difference {
  const differences = pairedSamples(samples, baseline);
  return {
    p50: percentile(differences, 0.5),
    p25: percentile(differences, 0.25),
    p75: percentile(differences, 0.75),
  };
}
