/** A word of flow text. A quoted value may hold blanks; `value` is null for a word without "=". */
export interface Word {
  readonly text: string;
  readonly key: string | null;
  readonly value: string;
  readonly offset: number;
  /** A quote that does not end, or an escape that JSON does not have. */
  readonly broken: boolean;
}

const wordPattern = /([a-z][\w-]*)=("(?:[^"\\]|\\.)*"?|\S*)(\S*)|\S+/giu;
const plainValue = /^[^\s"\\\p{Cc}\p{Cs}]+$/u;

/** Splits a line at blanks. A value in double quotes is a JSON string. */
export function splitWords(line: string): readonly Word[] {
  return [...line.matchAll(wordPattern)].map(({ 0: text, 1: key, 2: value, 3: rest, index: offset }) => {
    if (key === undefined) return { text, key: null, value: text, offset, broken: false };
    const read = value?.startsWith('"') ? readQuoted(value) : (value ?? "");
    return { text, key, value: read ?? "", offset, broken: read === null || rest !== "" };
  });
}

/** A value as `splitWords` reads it back: quoted only where it has to be. */
export function writeValue(value: string): string {
  return plainValue.test(value) ? value : JSON.stringify(value);
}

function readQuoted(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
