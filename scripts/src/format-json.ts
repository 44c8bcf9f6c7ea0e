const lineWidth = 110;

/** JSON as the formatter of this repository writes it: objects open, lists on one line where they fit. */
export function formatJson(value: unknown, indent = 0, column = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = indent + 2;
  const pad = " ".repeat(inner);
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    const flat = value.every((item) => typeof item !== "object" || item === null);
    if (flat && column + line.length < lineWidth) return line;
    return bracket(
      "[",
      "]",
      indent,
      value.map((item) => `${pad}${formatJson(item, inner, inner)}`),
    );
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const head = `${pad}${JSON.stringify(key)}: `;
    return `${head}${formatJson(item, inner, head.length)}`;
  });
  return bracket("{", "}", indent, entries);
}

function bracket(open: string, close: string, indent: number, lines: readonly string[]): string {
  return lines.length === 0 ? open + close : `${open}\n${lines.join(",\n")}\n${" ".repeat(indent)}${close}`;
}
