import type { Summary } from "../statistics/summary.js";
import type { OurUpdate, UpdateResults } from "../update/measure-update.js";
import { table } from "./table.js";

/** How long a changed policy takes to hold. */
export function renderUpdate({ rounds, nftRounds, ours, nft }: UpdateResults): string {
  const ourTable = table(
    [
      "ms, p50 / p99",
      "read the file",
      "compile",
      "write and switch",
      "new sockets",
      "connected sockets",
      "`run --watch`",
    ],
    ours.map((update) => [
      update.title,
      ...[update.parse, update.compile, update.replace, update.onNew].map(pairMs),
      connected(update),
      pairMs(update.watched),
    ]),
  );
  const nftTable = table(
    ["ms, p50 / p99, nftables", "`nft -f`", "new sockets"],
    nft.map(({ title, load, onNew }) => [title, pairMs(load), pairMs(onNew)]),
  );
  return (
    `### Policy change\n\n${ourTable}\n${nftTable}\n` +
    `${2 * rounds} changes of each size back and forth, ${2 * nftRounds} with nft. The last columns run from the checked ` +
    "policy (nft: from the start of the command) until a process that tries all the time is judged by it. A socket " +
    "counts as connected if it was so before. `run --watch` says itself when a changed file is in force, which it has " +
    "compiled in a process that just started if it is large.\n"
  );
}

function connected({ onOld, oldMissed }: OurUpdate): string {
  const missed = oldMissed === 0 ? "" : ` (${oldMissed} not refused)`;
  return `${onOld === null ? "-" : pairMs(onOld)}${missed}`;
}

function pairMs({ p50, p99 }: Summary): string {
  return `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
}
