import type { NamesResults } from "../names/measure-names.js";
import { percentile } from "../statistics/percentile.js";
import type { Bar } from "./bar.js";

const NS_PER_US = 1000;

export function barsOfNames({ domains }: NamesResults): readonly Bar[] {
  const added = (of: "allowing" | "forwarder") => domains.map((domain) => domain.added[of].p50 / NS_PER_US);
  const allowing = added("allowing");
  const middle = percentile(allowing, 0.5);
  const forwarder = percentile(added("forwarder"), 0.5);
  return [
    {
      what: "a DNS query and its answer add, names being allowed",
      bound: 1,
      unit: "us",
      found: middle,
      because: `${Math.min(...allowing).toFixed(2)} to ${Math.max(...allowing).toFixed(2)} us by name: the query is judged; two programs read it and its answer, keep who asked, learn the addresses and tell of it; and the packets' own judging`,
    },
    {
      what: "a forwarder in the path adds as many times that",
      bound: 15,
      unit: "x",
      least: true,
      found: forwarder / middle,
      because: `${forwarder.toFixed(0)} us: each way is one more datagram through the kernel, and one more process to wake`,
    },
  ];
}
