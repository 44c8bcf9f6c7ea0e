/** The same list begun at another place, so that over the rounds everyone is first, and behind everyone else. */
export function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
