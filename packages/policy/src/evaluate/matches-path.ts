/**
 * True when the whole path matches the pattern: `*` stands for zero or more characters other than "/", `**` for
 * zero or more of any. Walks all alternatives at once, so no pattern makes it exponential.
 */
export function matchesPath(pattern: string, path: string): boolean {
  let places = withoutStars(pattern, new Set([0]));
  for (const character of path.split("")) {
    const next = new Set<number>();
    for (const place of places) {
      if (pattern.startsWith("**", place)) next.add(place);
      else if (pattern[place] === "*") {
        if (character !== "/") next.add(place);
      } else if (pattern[place] === character) next.add(place + 1);
    }
    places = withoutStars(pattern, next);
  }
  return places.has(pattern.length);
}

/** Adds the places behind stars, since a star may stand for nothing; a Set walks what is added on the way. */
function withoutStars(pattern: string, places: Set<number>): Set<number> {
  for (const place of places) {
    if (pattern.startsWith("**", place)) places.add(place + 2);
    else if (pattern[place] === "*") places.add(place + 1);
  }
  return places;
}
