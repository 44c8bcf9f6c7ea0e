/**
 * The YAML document of a text that holds a line, without the markers around it: a line that begins with three dashes ends
 * one document and begins the next (YAML 1.2, 9.1.2), wherever it stands.
 * @param line from 1
 */
export function documentAround(text: string, line: number): string {
  const lines = text.split("\n");
  const isMarker = (at: number) => /^---(?:\s|$)/.test(lines[at] ?? "");
  let start = line - 1;
  while (start > 0 && !isMarker(start)) start--;
  let end = line;
  while (end < lines.length && !isMarker(end)) end++;
  const document = lines.slice(isMarker(start) ? start + 1 : start, end).join("\n");
  return `${document.trimEnd()}\n`;
}
