import type { CallResults } from "../calls/measure-calls.js";
import { pair, spread } from "./format.js";
import { table } from "./table.js";

/** The calls with no program, with empty ones and with a fence. */
export function renderCalls(calls: CallResults): string {
  const rows = calls.calls.map((call) => [
    call.title,
    pair(call.none),
    pair(call.empty),
    pair(call.ours),
    pair(call.unread),
    spread(call.addedByEmpty),
    spread(call.addedByOurs),
    spread(call.addedByUnread),
    call.ratio.toFixed(2),
  ]);
  const head = [
    "ns per call (p50 / p99)",
    "no program",
    "empty programs",
    "fence",
    "fence, events unread",
    "added by empty",
    "added by fence",
    "added, events unread",
    "fence / none",
  ];
  return (
    `### Calls\n\n${table(head, rows)}\n` +
    `${calls.rounds} rounds of one batch each. "Added" is the median of the differences within a round, with the ` +
    `middle half of all rounds in brackets. The timed loop costs ${calls.harnessNs.toFixed(1)} ns per call, which is ` +
    `subtracted; \`getppid()\`, the cheapest system call, takes ${calls.getppidNs.toFixed(0)} ns here. ` +
    `The fence gave ${calls.fence.verdicts} verdicts and lost ${calls.fence.losses} records.\n`
  );
}
