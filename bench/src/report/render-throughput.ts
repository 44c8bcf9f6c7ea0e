import type { Summary } from "../statistics/summary.js";
import type { ThroughputResults } from "../throughput/measure-throughput.js";
import { table } from "./table.js";

/** Bulk data over a veth pair. */
export function renderThroughput({ rounds, seconds, rules, byStreams }: ThroughputResults): string {
  const rate = ({ p50, p90 }: Summary) => `${p50.toFixed(1)} / ${p90.toFixed(1)}`;
  const rows = byStreams.map(({ streams, rates, ratios }) => [
    `${streams} ${streams === 1 ? "stream" : "streams"}`,
    rate(rates.none),
    rate(rates.fence),
    rate(rates.nftables),
    ratios.fence.toFixed(3),
    ratios.nftables.toFixed(3),
  ]);
  const head = ["Gbit/s, p50 / p90", "no rules", "fence", "nftables, map", "fence / none", "nftables / none"];
  return (
    `### Throughput\n\n${table(head, rows)}\n` +
    `${rounds} rounds of ${seconds} s each with iperf3 over a veth pair, ${rules} rules in fence and nftables. ` +
    "The ratios are medians of each round's.\n"
  );
}
