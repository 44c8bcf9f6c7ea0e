const HEAD = "<!-- generated: results -->\n";
const TAIL = "<!-- end -->";

/** Puts the results between their markers on a page; the text around stays. Throws when a marker is missing. */
export function fillPage(page: string, results: string): string {
  const start = page.indexOf(HEAD);
  const end = page.indexOf(TAIL, start);
  if (start === -1 || end === -1) {
    throw new Error(`Cannot find where the results go: add "${HEAD.trim()}" and "${TAIL}" to the page`);
  }
  return `${page.slice(0, start)}${HEAD}\n${results}\n${page.slice(end)}`;
}
