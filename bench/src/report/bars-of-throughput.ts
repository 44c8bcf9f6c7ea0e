import type { ThroughputResults } from "../throughput/measure-throughput.js";
import type { Bar } from "./bar.js";

/** What two runs of the same situation may differ by on a small shared machine. */
const NOISE_PERCENT = 5;

export function barsOfThroughput({ byStreams }: ThroughputResults): readonly Bar[] {
  return byStreams.map(({ streams, ratios }) => ({
    what: `bulk TCP with ${streams} ${streams === 1 ? "stream" : "streams"} loses`,
    bound: NOISE_PERCENT,
    unit: "%",
    found: (1 - ratios.fence) * 100,
    because: `one look-up of the socket for each buffer that the network stack segments later; nftables loses ${((1 - ratios.nftables) * 100).toFixed(1)} %`,
  }));
}
