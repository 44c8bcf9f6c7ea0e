import { ladderKinds } from "../ladder/ladder-case.js";
import type { LadderCall, LadderResults } from "../ladder/measure-ladder.js";
import { pair, spread } from "./format.js";
import { table } from "./table.js";

/** What rules cost, ours beside those of nftables: a table of times, and one of what was added to them. */
export function renderLadder({ rounds, verdicts, losses, rows }: LadderResults): string {
  const tableOf = (unit: string, cell: (call: LadderCall) => string) =>
    table(
      [unit, ...ladderKinds.map(({ title }) => title)],
      rows.map(({ title, calls }) => [title, ...calls.map(cell)]),
    );
  return (
    `### Rules, beside nftables\n\n` +
    `${tableOf("ns per call, p50 / p99", ({ time }) => pair(time))}\n` +
    `${tableOf("ns added (middle half), ratio of medians", ({ added, ratio }) => `${spread(added)}, ${ratio.toFixed(2)}`)}\n` +
    `${rounds} rounds. UDP's \`connect()\` sends nothing, so nftables has nothing to judge there: its price comes ` +
    `with the first datagram. Our fences gave ${verdicts} verdicts and lost ${losses} records.\n`
  );
}
