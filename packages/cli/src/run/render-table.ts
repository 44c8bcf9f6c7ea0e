/** Rows of text as lines with columns of one width; the first row has the heads, by which some columns align right. */
export function renderTable(
  rows: readonly (readonly string[])[],
  rightAligned: ReadonlySet<string>,
): readonly string[] {
  const [heads = []] = rows;
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return rightAligned.has(heads[column] ?? "") ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
