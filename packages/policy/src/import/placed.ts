import type { SourceLocation } from "@ringfence/model";

/** A value of a file and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly location: SourceLocation;
}

/** The lines of some values, as "from lines 3, 5-7"; empty when there is none. */
export function linesOf(lists: readonly (readonly Placed<unknown>[])[]): string {
  const lines = [...new Set(lists.flat().map(({ location }) => location.line))].toSorted((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else runs.push([line, line]);
  }
  const text = runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
  return text === "" ? "" : `from ${lines.length === 1 ? "line" : "lines"} ${text}`;
}
