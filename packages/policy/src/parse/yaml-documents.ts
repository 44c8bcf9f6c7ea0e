import { Composer, type CST, type Document, Lexer, type LineCounter, Parser } from "yaml";

/** A policy nests about ten levels deep; the parser's own limit is the stack, and the heap before it. */
const deepestNesting = 64;
/** The most rules there can be, each with its full set of keys and several destinations, need fewer. */
const mostLexemes = 2 ** 22;

/** A text that cannot even be cut into tokens is not read to its end: each error costs a kilobyte. */
const mostErrors = 100;

/** What no policy needs and a parser cannot bear. */
export class UnbearableYaml extends Error {
  /** Of the place in the text where it became too much. */
  readonly offset: number;
  readonly kind: "depth" | "size";

  constructor(kind: "depth" | "size", offset: number) {
    super(kind === "depth" ? `more than ${deepestNesting} levels` : `more than ${mostLexemes} parts`);
    this.kind = kind;
    this.offset = offset;
  }
}

/** The documents of a YAML stream, as `parseAllDocuments` makes them, within limits. Throws UnbearableYaml. */
export function* yamlDocuments(text: string, lines: LineCounter): Generator<Document.Parsed> {
  const composer = new Composer({
    lineCounter: lines,
    prettyErrors: false,
    // Duplicate keys are looked for while reading, where the message can name the map.
    uniqueKeys: false,
    schema: "core",
    logLevel: "silent",
  });
  // With "true" what is wrong outside of every document comes as a document of its own.
  yield* composer.compose(tokensOf(text, lines), true, text.length);
}

/** What `Parser.parse` yields, with a look at its stack before each step. */
function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let count = 0;
  let errors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (parser.stack.length > deepestNesting) throw new UnbearableYaml("depth", parser.offset);
    if (++count > mostLexemes) throw new UnbearableYaml("size", parser.offset);
    for (const token of parser.next(lexeme)) {
      yield token;
      if (token.type === "error" && ++errors === mostErrors) return;
    }
  }
  yield* parser.end();
}
