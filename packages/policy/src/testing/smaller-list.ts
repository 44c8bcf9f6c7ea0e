/**
 * Lists with a part left out: halves first, then ever smaller chunks down to one item, as in delta debugging
 * (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
 */
export function* shorterLists<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let chunk = Math.ceil(items.length / 2); chunk >= 1; chunk = chunk === 1 ? 0 : Math.ceil(chunk / 2)) {
    for (let start = 0; start < items.length; start += chunk) {
      yield [...items.slice(0, start), ...items.slice(start + chunk)];
    }
  }
}

/** Lists with one item replaced by a simpler one. */
export function* simplerItems<T>(
  items: readonly T[],
  simpler: (item: T) => Iterable<T>,
): Generator<readonly T[]> {
  for (const [index, item] of items.entries()) {
    for (const replacement of simpler(item)) yield items.with(index, replacement);
  }
}

/** The same for a list that may not become empty, and that may be left out as a whole. */
export function* smallerOptional<T>(
  items: readonly T[] | null,
  simpler: (item: T) => Iterable<T>,
): Generator<readonly T[] | null> {
  if (items === null) return;
  yield null;
  for (const shorter of shorterLists(items)) if (shorter.length > 0) yield shorter;
  yield* simplerItems(items, simpler);
}
