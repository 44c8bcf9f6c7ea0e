interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Changes of a text by offsets into what it was, so that everything else stays as somebody wrote it. */
export class TextEdits {
  readonly #text: string;
  readonly #edits: Edit[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  replace(from: number, to: number, text: string): void {
    this.#edits.push({ from, to, text });
  }

  /** Inserts whole lines before the one that an offset is in, where comments that match stand right above: in their place. */
  setCommentAbove(offset: number, lines: readonly string[], matches: RegExp): void {
    const start = this.#lineStart(offset);
    let from = start;
    const kept: string[] = [];
    for (
      let above = this.#lineAbove(from);
      above?.text.trim().startsWith("#");
      above = this.#lineAbove(from)
    ) {
      if (!matches.test(above.text)) kept.unshift(above.text);
      from = above.start;
    }
    const own = this.#text.slice(from, start).split("\n").slice(0, -1);
    const first = own.findIndex((line) => matches.test(line));
    const at = first < 0 ? kept.length : own.slice(0, first).filter((line) => !matches.test(line)).length;
    const indent = " ".repeat(this.columnOf(start));
    const written = [...kept.slice(0, at), ...lines.map((line) => `${indent}${line}`), ...kept.slice(at)];
    this.replace(from, start, written.map((line) => `${line}\n`).join(""));
  }

  /** Inserts lines behind the one that an offset is in. */
  insertBelow(offset: number, lines: readonly string[]): void {
    const end = this.#text.indexOf("\n", Math.max(0, offset - 1));
    const at = end < 0 ? this.#text.length : end;
    this.replace(at, at, lines.map((line) => `\n${line}`).join(""));
  }

  /** The indentation of the line that begins here. */
  columnOf(lineStart: number): number {
    return /^ */.exec(this.#text.slice(lineStart))?.[0].length ?? 0;
  }

  indentOf(offset: number): string {
    return " ".repeat(this.columnOf(this.#lineStart(offset)));
  }

  apply(): string {
    let text = this.#text;
    for (const { from, to, text: by } of this.#edits.toSorted((a, b) => b.from - a.from || b.to - a.to)) {
      text = text.slice(0, from) + by + text.slice(to);
    }
    return text;
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf("\n", offset - 1) + 1;
  }

  #lineAbove(start: number): { readonly start: number; readonly text: string } | null {
    if (start === 0) return null;
    const above = this.#lineStart(start - 1);
    return { start: above, text: this.#text.slice(above, start - 1) };
  }
}
