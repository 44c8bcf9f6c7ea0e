import type { NamesResults } from "../names/measure-names.js";
import type { MiddleCost } from "../names/middle-cost.js";
import { type SituationName, situationNames } from "../names/situations.js";
import { pair, spread } from "./format.js";
import { table } from "./table.js";

const titles: Readonly<Record<SituationName, string>> = {
  none: "no program",
  allowing: "name policy, allowed",
  denying: "name policy, denied",
  forwarder: "forwarder (dnsmasq)",
};

/** What names cost those who ask for them. */
export function renderNames({ domains, queries, fence, supervisor, forwarder }: NamesResults): string {
  const times = domains.map(({ name, time }) => [name, ...situationNames.map((each) => pair(time[each]))]);
  const measured = situationNames.filter((name) => name !== "none");
  const added = domains.map(({ name, added }) => [name, ...measured.map((each) => spread(added[each]))]);
  const middle = (what: string, { cpuUs, rss }: MiddleCost) => [what, cpuUs.toFixed(1), rss.toFixed(1)];
  const heads = (names: readonly SituationName[]) => names.map((name) => titles[name]);
  return (
    `### DNS queries\n\n` +
    `${table(["ns for a query and its answer (p50 / p99)", ...heads(situationNames)], times)}\n` +
    `${table(["ns added (middle half)", ...heads(measured)], added)}\n` +
    `${queries} A queries for each name and situation; the digit that a name begins with is the number of its addresses. ` +
    `A denied query fails where it is sent. The fences learned from ${fence.answers} answers and lost ${fence.losses} records.\n\n` +
    table(
      ["who stands in the middle", "us of CPU time a query", "RSS, MiB"],
      [
        middle("supervisor, logging every allowed query", supervisor.allowing),
        middle("supervisor, logging every denied query", supervisor.denying),
        middle("dnsmasq, forwarding", forwarder),
      ],
    )
  );
}
