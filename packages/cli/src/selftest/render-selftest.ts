import type { Selftest, SelftestRow } from "@ringfence/model";

/** The result as people read it. */
export function renderSelftest({ kernel, rows, ok, tookMs }: Selftest): string {
  const table = [
    ["METHOD", "RUN", "RESULT", "BY", "CALL", ""],
    ...rows.map((row) => [
      row.title,
      row.run,
      row.result.replaceAll("-", " "),
      row.hook ?? "-",
      row.error === null ? "-" : `${row.call} ${row.error}`,
      noteOf(row),
    ]),
  ];
  const count = (result: SelftestRow["result"]) => rows.filter((row) => row.result === result).length;
  return [
    `Kernel ${kernel.release} (${kernel.architecture}), LSM programs ${kernel.lsmBpf ? "work" : "are not available"}`,
    "",
    ...columns(table),
    "",
    `${count("blocked-at-call")} blocked at call, ${count("blocked-in-flight")} blocked in flight, ${count("seen-only")} seen only, ${count("open")} open, ${count("not-available")} not available on this kernel, in ${(tookMs / 1000).toFixed(1)} s`,
    ok
      ? "Good: nothing is worse than this kernel allows."
      : `WORSE than this kernel allows: ${rows
          .filter((row) => !row.ok)
          .map((row) => `${row.run}/${row.id}`)
          .join(", ")}`,
    "",
  ].join("\n");
}

function noteOf(row: SelftestRow): string {
  const expected = row.ok ? [] : [`expected ${row.expected.replaceAll("-", " ")}`];
  const detail = row.detail === null || row.hook === "launcher" ? [] : [row.detail];
  return [...expected, ...detail].join("; ");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const last = (rows[0]?.length ?? 0) - 1;
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === last ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
