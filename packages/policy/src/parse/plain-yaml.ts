import { type LineCounter, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";

/** No control characters, nothing that some readers take for the end of a line, no mark of the byte order. */
const plainText = /^[\n\x20-\x7e\xa1-\u2027\u202a-\ufefe\uff00-\uffff]*$/;
/** A text can have two lexemes a character, which stays below what `yamlDocuments` bears. */
const longestText = 2 ** 21;
const deepestNesting = 16;

const blockKey = /[A-Za-z_][\w-]{0,99}(?=:(?: |\n|$))/y;
const flowKey = /[A-Za-z_][\w-]{0,99}(?=: )/y;
const plainScalar = /(?:[\w/\xa1-\u1fff]|:(?=[\w/:]))(?:[\w/.*@+\xa1-\u1fff-]|:(?=[\w/:]))*/y;
const quotedScalar = /"[^"\\\n]*"|'[^'\n]*'/y;
const restOfLine = /(?: +#.*| *)(?:\n|$)/y;
/** What the core schema reads as something else than a string. */
const otherWord = /^(?:null|true|false)$/i;
/** Begins with a digit, and is no number in any of its writings. */
const noNumber = /[/:]|^\d+-\d+$|^\d+\.\d+\.\d/;

const notPlain = new Error("Not plain YAML");

/**
 * The documents of a text in the part of YAML that nearly all policies are written in, node for node as `yamlDocuments` makes
 * them, in a tenth of the time. Null for all other texts, right or wrong ones.
 */
export function plainDocuments(text: string, lines: LineCounter): readonly Node[] | null {
  if (text.length > longestText || !plainText.test(text)) return null;
  try {
    const documents = new PlainReader(text).documents();
    for (let start = 0; ; ) {
      lines.addNewLine(start);
      start = text.indexOf("\n", start) + 1;
      if (start === 0) return documents;
    }
  } catch (error) {
    if (error === notPlain) return null;
    throw error;
  }
}

/**
 * Reads on as long as there is one way to read it, and throws `notPlain` else. A line whose indent is that of no map or list around
 * it is read by none of them, and is found where the document should end.
 */
class PlainReader {
  readonly #text: string;
  #at = 0;
  /** Of the line that is read next; -1 at the end of the text. */
  #indent = -1;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#toNextLine();
  }

  documents(): readonly Node[] {
    const documents: Node[] = [];
    if (this.#sees("---")) this.#skipSeparator();
    for (;;) {
      documents.push(this.#block());
      if (this.#indent === -1) return documents;
      this.#skipSeparator();
    }
  }

  #skipSeparator(): void {
    if (this.#indent !== 0 || !this.#sees("---")) throw notPlain;
    this.#at += 3;
    this.#endLine();
  }

  /** A map or a list whose lines begin where this one does. */
  #block(): Node {
    if (++this.#depth > deepestNesting) throw notPlain;
    const node = this.#sees("- ") ? this.#blockList(this.#indent) : this.#blockMap(this.#indent);
    this.#depth--;
    return node;
  }

  #blockList(indent: number): Node {
    const start = this.#at;
    const items: Node[] = [];
    while (this.#indent === indent && this.#sees("- ")) {
      const dash = this.#at;
      this.#at += 1;
      this.#skipSpaces();
      items.push(this.#blockItem(indent + this.#at - dash));
    }
    return this.#list(items, start);
  }

  #blockItem(column: number): Node {
    if (this.#match(blockKey) === null) return this.#valueOnLine();
    this.#indent = column;
    return this.#block();
  }

  #blockMap(indent: number): Node {
    const start = this.#at;
    const items: Pair<Node, Node>[] = [];
    while (this.#indent === indent) {
      const key = this.#key(blockKey);
      if (key === null) break;
      items.push(new Pair(key, this.#match(restOfLine) === null ? this.#valueOnLine() : this.#below(indent)));
    }
    if (items.length === 0) throw notPlain;
    return this.#map(items, start);
  }

  /** The value of a key on the lines after it: deeper, or a list whose dashes stand below the key. */
  #below(indent: number): Node {
    this.#endLine();
    if (this.#indent < indent || (this.#indent === indent && !this.#sees("- "))) throw notPlain;
    return this.#block();
  }

  #valueOnLine(): Node {
    const value = this.#value();
    this.#endLine();
    return value;
  }

  #value(): Node {
    if (++this.#depth > deepestNesting) throw notPlain;
    const value = this.#sees("{") ? this.#flowMap() : this.#sees("[") ? this.#flowList() : this.#scalar();
    this.#depth--;
    return value;
  }

  #flowMap(): Node {
    const start = this.#at;
    const items: Pair<Node, Node>[] = [];
    this.#readFlow("}", () => {
      const key = this.#key(flowKey);
      if (key === null) throw notPlain;
      items.push(new Pair(key, this.#value()));
    });
    return this.#map(items, start);
  }

  #flowList(): Node {
    const start = this.#at;
    const items: Node[] = [];
    this.#readFlow("]", () => items.push(this.#value()));
    return this.#list(items, start);
  }

  #readFlow(end: string, readItem: () => void): void {
    this.#at++;
    this.#skipSpaces();
    for (let isFirst = true; !(isFirst && this.#sees(end)); isFirst = false) {
      readItem();
      this.#skipSpaces();
      if (!this.#sees(",")) break;
      this.#at++;
      this.#skipSpaces();
    }
    if (!this.#sees(end)) throw notPlain;
    this.#at++;
  }

  /** A key, up to its value; null where there is none. */
  #key(pattern: RegExp): Node | null {
    const start = this.#at;
    const key = this.#match(pattern);
    if (key === null) return null;
    if (otherWord.test(key)) throw notPlain;
    this.#at += key.length;
    const node = this.#placed(new Scalar(key), start);
    node.source = key;
    this.#at++;
    if (this.#match(restOfLine) === null) this.#skipSpaces();
    return node;
  }

  #scalar(): Node {
    const start = this.#at;
    const quoted = this.#match(quotedScalar);
    const written = quoted ?? this.#match(plainScalar);
    if (written === null) throw notPlain;
    this.#at += written.length;
    const source = quoted === null ? written : written.slice(1, -1);
    const node = this.#placed(new Scalar(quoted === null ? resolve(source) : source), start);
    node.source = source;
    return node;
  }

  #map(items: Pair<Node, Node>[], start: number): Node {
    const map = new YAMLMap<Node, Node>();
    map.items = items;
    return this.#placed(map, start);
  }

  #list(items: Node[], start: number): Node {
    const list = new YAMLSeq<Node>();
    list.items = items;
    return this.#placed(list, start);
  }

  #placed<T extends Node>(node: T, start: number): T {
    node.range = [start, this.#at, this.#at];
    return node;
  }

  /** After a value nothing but a comment may follow on its line. */
  #endLine(): void {
    const rest = this.#match(restOfLine);
    if (rest === null) throw notPlain;
    this.#at += rest.length;
    this.#toNextLine();
  }

  /** Skips lines that are empty or hold a comment only. */
  #toNextLine(): void {
    for (;;) {
      const start = this.#at;
      this.#skipSpaces();
      this.#indent = this.#at < this.#text.length ? this.#at - start : -1;
      if (this.#sees("\n")) this.#at++;
      else if (this.#sees("#"))
        this.#at = (this.#text.indexOf("\n", this.#at) + 1 || this.#text.length + 1) - 1;
      else return;
    }
  }

  #skipSpaces(): void {
    while (this.#text.charCodeAt(this.#at) === 0x20) this.#at++;
  }

  #sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? null;
  }
}

/** What a scalar without quotes stands for. */
function resolve(text: string): string | number | boolean {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  if (otherWord.test(text) || (/^\d/.test(text) && !noNumber.test(text))) throw notPlain;
  return text;
}
