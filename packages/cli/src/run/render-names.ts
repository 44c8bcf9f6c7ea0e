import type { ReportAsker, ReportNames, ReportQuery } from "@ringfence/model";
import { printable } from "../printable.js";
import type { Paint } from "./render-report.js";
import { renderTable } from "./render-table.js";

const heads = ["NAME", "TYPE", "ANSWER", "RESOLVER", "EXECUTABLE", "COUNT", "MEAN", "ADDRESSES"];
const rightAligned = new Set(["COUNT", "MEAN"]);
const ROWS_SHOWN = 50;
const ADDRESSES_SHOWN = 4;
const ASKERS_SHOWN = 10;

/** The section about names; nothing when nobody asked for one. */
export function renderNames(names: ReportNames, paint: Paint): string[] {
  if (names.queries.length === 0) return [];
  const queries = names.queries.slice(0, ROWS_SHOWN);
  const more = names.queries.length - queries.length + names.moreQueries;
  const [head = "", ...rows] = renderTable([heads, ...queries.map(cells)], rightAligned);
  return [
    `  ${paint(1, "Names")}`,
    `  ${paint(2, head)}`,
    ...queries.map((query, index) => `  ${paint(colourOf(query), rows[index] ?? "")}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...askerLines(names).map((line) => `    ${paint(2, line)}`),
  ];
}

/** Those that asked most. */
function askerLines({ askers, moreAskers }: ReportNames): string[] {
  const shown = askers.toSorted((a, b) => b.queries - a.queries).slice(0, ASKERS_SHOWN);
  const more = askers.length - shown.length;
  const unknown = moreAskers > 0 ? ` and ${moreAskers} queries of others` : "";
  return [...shown.map(askerText), ...(more > 0 ? [`and ${more} processes more${unknown}`] : [])];
}

function cells(query: ReportQuery): string[] {
  return [
    printable(query.name),
    query.type,
    answerText(query),
    query.trust === "trusted" ? query.resolver : `${query.resolver} (${query.trust})`,
    printable(query.exe),
    String(query.queries),
    query.latencyMs === null ? "" : `${query.latencyMs.mean.toFixed(1)} ms`,
    addresses(query),
  ];
}

function answerText({ answer, rule }: ReportQuery): string {
  const by = rule === null ? "" : ` by ${printable(rule)}`;
  return answer === null ? "(no answer)" : `${answer}${by}`;
}

function addresses({ addresses: all, found, learned }: ReportQuery): string {
  const more = found > ADDRESSES_SHOWN ? ` and ${found - ADDRESSES_SHOWN} more` : "";
  const unlearned = learned < found ? ` (${learned} of ${found} learned)` : "";
  return `${all.slice(0, ADDRESSES_SHOWN).join(", ")}${more}${unlearned}`;
}

function askerText(asker: ReportAsker): string {
  const { exe, pid, queries, names, moreQueries, denied, nxdomain, unanswered, widestApex } = asker;
  const failed = [
    [denied, "denied"],
    [nxdomain, "do not exist"],
    [unanswered, "without answer"],
  ] as const;
  const parts = failed.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const widest = widestApex.names > 1 ? [`${widestApex.names} below ${printable(widestApex.name)}`] : [];
  const least = moreQueries > 0 ? "at least " : "";
  return [
    `${printable(exe)} (pid ${pid}): ${queries} queries for ${least}${names} names`,
    ...parts,
    ...widest,
  ].join(", ");
}

function colourOf({ answer, trust }: ReportQuery): number {
  if (answer === "denied") return 31;
  return answer === "NOERROR" && trust === "trusted" ? 32 : 33;
}
