import { layout, PerCpuMap, type RawMap, u32Codec, u64Codec } from "@ringfence/kernel";
import type { ReportNames } from "@ringfence/model";

const { rf_dns_counter } = layout;

const indexOf: Readonly<Record<keyof ReportNames["counters"], number>> = {
  queries: rf_dns_counter.RF_DNS_QUERIES,
  answers: rf_dns_counter.RF_DNS_ANSWERS,
  malformed: rf_dns_counter.RF_DNS_MALFORMED,
  unasked: rf_dns_counter.RF_DNS_UNASKED,
  untrusted: rf_dns_counter.RF_DNS_UNTRUSTED,
  ignored: rf_dns_counter.RF_DNS_IGNORED,
  reordered: rf_dns_counter.RF_DNS_REORDERED,
  forged: rf_dns_counter.RF_DNS_FORGED,
};

/** What the kernel counted of DNS messages, summed over the CPUs. */
export function readDnsCounters(map: RawMap): ReportNames["counters"] {
  const counters = new PerCpuMap(map, u32Codec, u64Codec);
  const read = (index: number) => Number(counters.sum(index, 0n, (total, value) => total + value));
  const entries = Object.entries(indexOf).map(([name, index]) => [name, read(index)] as const);
  return Object.fromEntries(entries) as ReportNames["counters"];
}
