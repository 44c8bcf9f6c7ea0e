/** A source text without what could be mistaken for code. */
export interface MaskedSource {
  /** The text with comments blanked, templates and regular expressions emptied, strings as `"INDEX"`. */
  readonly code: string;
  /** The contents of the strings, by index, escapes left as written. */
  readonly strings: readonly string[];
}

const commentOrLiteral =
  /\/\/[^\n]*|\/\*.*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`|\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*|[{}]/sy;

/** What a slash may follow when it begins a regular expression and not a division. */
const beforeRegex = /(?:^|[([{,;:=!&|?+\-*%<>~^}]|\b(?:return|typeof|case|of|in|do|else|await|yield))\s*$/;

/** Masks TypeScript source, so that a plain pattern over `code` meets only real code. */
export function maskSource(text: string): MaskedSource {
  const strings: string[] = [];
  // One entry per open brace; true where the brace is a substitution in a template.
  const braces: boolean[] = [];
  let code = "";
  let position = 0;
  while (position < text.length) {
    commentOrLiteral.lastIndex = position;
    const token = commentOrLiteral.exec(text)?.[0];
    const first = text.charAt(position);
    if (token === undefined || (isRegex(token) && !beforeRegex.test(code.slice(-20)))) {
      code += first;
      position += 1;
    } else if (first === "`" || (first === "}" && braces.pop() === true)) {
      const end = templateChunkEnd(text, position + 1);
      if (text.charAt(end - 1) === "{") braces.push(true);
      code += first === "`" ? "`" : "}";
      position = end;
    } else {
      if (first === "{") braces.push(false);
      if (first === '"' || first === "'") {
        code += `"${strings.push(token.slice(1, -1)) - 1}"`;
      } else {
        code += first === "/" ? token.replaceAll(/[^\n]/g, " ") : token;
      }
      position += token.length;
    }
  }
  return { code, strings };
}

function isRegex(token: string): boolean {
  return token.startsWith("/") && !token.startsWith("//") && !token.startsWith("/*");
}

/** The offset behind the chunk's closing backtick or behind the `${` that interrupts it. */
function templateChunkEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\") at += 1;
    else if (char === "`") return at + 1;
    else if (char === "$" && text.charAt(at + 1) === "{") return at + 2;
  }
  return text.length;
}
