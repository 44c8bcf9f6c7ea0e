import { byteText } from "../byte-text.js";
import { fit } from "../observe/event-rows.js";
import { printable } from "../printable.js";
import type { TopOrder, TopRow, TopTable } from "./top-table.js";

/** What the terminal has room for; null for no limit. */
export interface TopView {
  readonly columns: number | null;
  readonly lines: number | null;
  readonly order: TopOrder;
  /** what the first line says */
  readonly title: string;
}

const NUMBER = 10;
const LAST = 8;
const FIXED = 4 * (NUMBER + 2) + LAST + 2;
const LEAST_NAME = 24;

/** The table as lines that fit. Rows that do not are counted in the last line. */
export function renderTop(table: TopTable, { columns, lines, order, title }: TopView): readonly string[] {
  const rows = table.rows(order);
  const longest = Math.max(LEAST_NAME, ...rows.map((row) => nameOf(row).length));
  const name = columns === null ? longest : Math.max(LEAST_NAME, Math.min(longest, columns - FIXED));
  const room = lines === null ? rows.length : Math.max(0, lines - 3);
  const heads = ["CONNECTS", "DENIED", "SENT", "RECEIVED"].map((head) => head.padStart(NUMBER));
  const shown = rows.slice(0, room).map((row) => {
    const numbers = [
      String(row.connections),
      String(row.denied),
      byteText(row.sentBytes),
      byteText(row.receivedBytes),
    ];
    const cells = numbers.map((text) => text.padStart(NUMBER));
    return [fit(nameOf(row), name), ...cells, row.lastSeen.slice(11, 19)].join("  ");
  });
  const hidden = rows.length - shown.length;
  const notes = [
    ...(hidden > 0 ? [`${hidden} more`] : []),
    ...(table.lost > 0 ? [`${table.lost} events lost: this side was too slow`] : []),
    ...(table.forgotten > 0 ? [`${table.forgotten} rows forgotten`] : []),
  ];
  const all = [
    title,
    [`PROCESS (by ${order})`.padEnd(name).slice(0, name), ...heads, "LAST"].join("  "),
    ...shown,
    ...(notes.length > 0 ? [notes.join(", ")] : []),
  ];
  return columns === null ? all : all.map((line) => line.slice(0, columns));
}

function nameOf({ workload, exe }: TopRow): string {
  return printable(workload === "" ? exe : `${workload}: ${exe}`);
}
