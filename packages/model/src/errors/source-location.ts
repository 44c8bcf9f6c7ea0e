/** A place in a file as an editor counts it: line and column start at 1, a column is one UTF-16 code unit. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The `file:line:col` form that editors and terminals turn into a link. */
export function formatLocation(location: SourceLocation): string {
  return `${location.file}:${location.line}:${location.column}`;
}
