import type { Random } from "./random.js";

const encoder = new TextEncoder();

/** Pieces of YAML, numbers and characters that parsers have tripped over. */
const pieces = [
  "&a",
  "*a",
  "<<: *a",
  "!!binary ",
  "!x ",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "? ",
  ": ",
  "- ",
  "[",
  "]",
  "{",
  "}",
  ",",
  "|\n",
  ">-\n",
  "#",
  "'",
  '"',
  "\\",
  "\0",
  "\t",
  "\r\n",
  "\r",
  "\u0085",
  "\u2028",
  "\uFEFF",
  "\u202E",
  "\uD83D\uDE00",
  "e\u0301",
  "null",
  "~",
  "true",
  "99999999999999999999",
  "-1",
  "1e999",
  "0x1f",
  ".inf",
  ".nan",
  "2001-01-01",
  "any",
  "::",
  "0.0.0.0/0",
  "/**",
  "*",
  "443/tcp",
  "deny:",
  "allow:",
  "process:",
  "spec:",
  "a".repeat(300),
] as const;

/** The text with a few random changes: characters, pieces of YAML, lines, and bytes that are no UTF-8. */
export function mutateText(random: Random, text: string): string | Uint8Array {
  let changed = text;
  for (let count = 1 + random.below(2); count > 0; count--) changed = mutateOnce(random, changed);
  return random.oneIn(8) ? brokenBytes(random, changed) : changed;
}

function mutateOnce(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const end = at + random.below(random.oneIn(4) ? 80 : 6);
  const lines = text.split("\n");
  const line = random.below(lines.length);
  switch (random.below(8)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + random.pick(pieces) + text.slice(at);
    case 2:
      return text.slice(0, at) + random.pick(pieces) + text.slice(end);
    case 3:
      return text.slice(0, at) + text.slice(at, end).repeat(1 + random.below(20)) + text.slice(end);
    case 4:
      return lines.toSpliced(line, 1).join("\n");
    case 5:
      return lines.toSpliced(line, 0, lines[random.below(lines.length)] ?? "").join("\n");
    case 6:
      return lines.with(line, `${" ".repeat(random.below(9))}${lines[line]?.trimStart()}`).join("\n");
    default:
      // The value of a line, whatever it was.
      return lines
        .with(line, `${(lines[line] ?? "").replace(/[^:-]*$/, "")} ${random.pick(pieces)}`)
        .join("\n");
  }
}

function brokenBytes(random: Random, text: string): Uint8Array {
  const bytes = encoder.encode(text);
  for (let count = 1 + random.below(3); count > 0 && bytes.length > 0; count--) {
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return bytes;
}
