/**
 * A hand-written Markdown page with one generated block: the text between `<!-- generated: NAME -->` and
 * `<!-- end -->` becomes `content`. Throws when the page has no such block.
 */
export function fillBlock(page: string, name: string, content: string): string {
  const head = `<!-- generated: ${name} -->\n`;
  const tail = "<!-- end -->";
  const start = page.indexOf(head);
  const end = start === -1 ? -1 : page.indexOf(tail, start);
  if (end === -1)
    throw new Error(`Cannot fill block "${name}": add "${head.trim()}" and "${tail}" to the page`);
  return `${page.slice(0, start + head.length)}${content}${page.slice(end)}`;
}
