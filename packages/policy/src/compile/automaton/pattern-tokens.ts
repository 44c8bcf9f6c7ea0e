/** One step of a pattern: a byte, or a star that may repeat: over any byte, or any but "/". */
export type PatternToken = number | "component" | "anything";

const encoder = new TextEncoder();
const star = 0x2a;

/** Splits a pattern into the bytes and stars that the automaton is built of. */
export function patternTokens(pattern: string): readonly PatternToken[] {
  const bytes = encoder.encode(pattern);
  const tokens: PatternToken[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== star) tokens.push(byte);
    else if (bytes[i + 1] !== star) tokens.push("component");
    else {
      tokens.push("anything");
      i++;
    }
  }
  return tokens;
}
