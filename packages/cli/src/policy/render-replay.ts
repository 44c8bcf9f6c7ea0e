import type { ReplayGroup, ReplayResult } from "@ringfence/policy/learn";
import { printable } from "../printable.js";
import { renderTable } from "../run/render-table.js";

const heads = ["CHANGE", "COUNT", "EXECUTABLE", "TRAFFIC", "NOW BY", "WAS", "LAST"];
const GROUPS_SHOWN = 200;

/**
 * What a draft would change, as people read it.
 * @param explain the command that explains a row, but for the flow
 */
export function renderReplay({ groups, totals, unknown }: ReplayResult, explain: string): string {
  const { verdicts, same, newlyDenied, newlyAllowed, notJudged, ungrouped } = totals;
  const lines = [
    `${verdicts} verdicts: ${newlyDenied} newly denied, ${newlyAllowed} newly allowed, ${same} as before, ${notJudged} that no policy decides`,
  ];
  const shown = groups.slice(0, GROUPS_SHOWN);
  if (shown.length > 0) {
    const [head = "", ...rows] = renderTable([heads, ...shown.map(cells)], new Set(["COUNT"]));
    lines.push(head, ...rows.flatMap((row, index) => [row, `    ${exampleText(shown[index])}`]));
  }
  const more = groups.length - shown.length;
  if (more > 0) lines.push(`and ${more} more groups: --json has them`);
  if (ungrouped > 0) lines.push(`${ungrouped} verdicts that differ are in the totals and in no row`);
  for (const [fact, count] of Object.entries(unknown)) {
    lines.push(`not certain: ${count} verdicts rest on "${fact}", which the records do not have`);
  }
  if (newlyAllowed + newlyDenied > 0) {
    lines.push("what programs would have done after another verdict is in no record");
    lines.push(`why: ${explain} with the --flow below a row`);
  }
  return `${lines.join("\n")}\n`;
}

function cells({ change, count, exe, what, rule, wasRule, was, last }: ReplayGroup): string[] {
  return [
    change.replace("-", " "),
    String(count),
    printable(exe),
    printable(what),
    rule ?? "(out of scope)",
    wasRule === null ? was : `${was} by ${wasRule}`,
    new Date(last).toISOString().slice(5, 19).replace("T", " "),
  ];
}

function exampleText(group: ReplayGroup | undefined): string {
  if (group === undefined) return "";
  const unsure = group.unsure.length === 0 ? "" : ` (without ${group.unsure.join(", ")})`;
  return `--flow '${printable(group.example)}'${unsure}`;
}
