import type { EventResults } from "../events/measure-events.js";
import { table } from "./table.js";

/** How many events a second one core takes. */
export function renderEvents({ rates }: EventResults): string {
  const rows = rates.map(({ kinds, perSecond, publishedShare, lost }) => [
    kinds.toLocaleString("en"),
    Math.round(perSecond).toLocaleString("en"),
    `${(publishedShare * 100).toFixed(1)} %`,
    String(lost),
  ]);
  return (
    "### Events\n\n" +
    `${table(["Different verdicts", "Records a second", "Published after folding", "Lost"], rows)}\n` +
    "Records as the ring buffer has them, folded, published and delivered to one subscriber, on one core.\n"
  );
}
