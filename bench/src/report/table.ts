/** A Markdown table of text and numbers; numbers are aligned right, columns named in `text` and the first left. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  text: readonly string[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rule = head.map((name, index) => (index === 0 || text.includes(name) ? "---" : "---:"));
  return [head, rule, ...rows].map(line).join("");
}
