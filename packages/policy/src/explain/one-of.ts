const mostShown = 8;

/** `single` and the one value, or `several` and the values; a long list is cut, and says by how many. */
export function oneOf(values: readonly string[], single: string, several: string): string {
  return values.length === 1 ? `${single} ${values[0]}` : `${several} ${listed(values)}`;
}

/** Values with commas between them. */
export function listed(values: readonly string[]): string {
  const more = values.length - mostShown;
  const shown = values.slice(0, mostShown).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
