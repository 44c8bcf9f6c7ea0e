import type { PatternToken } from "./pattern-tokens.js";

/** Bytes that no pattern tells apart share a class, which keeps the transition table small. */
export interface ByteClasses {
  /** 256 entries. */
  readonly classOf: Uint8Array;
  readonly count: number;
}

const slash = 0x2f;

/** Class 0 holds all bytes that no pattern spells; "/" and every spelled byte have a class of their own. */
export function byteClasses(patterns: readonly (readonly PatternToken[])[]): ByteClasses {
  const spelled = new Set<number>([slash]);
  for (const token of patterns.flat()) if (typeof token === "number") spelled.add(token);
  const classOf = new Uint8Array(256);
  // A pattern is UTF-8, which never uses all 256 byte values, so class numbers stay below 256.
  for (const [index, byte] of [...spelled].toSorted((a, b) => a - b).entries()) classOf[byte] = index + 1;
  return { classOf, count: spelled.size + 1 };
}
