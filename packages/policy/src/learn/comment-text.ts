/** Comments of ours begin with this: they are written anew each time, and all others are left as they are. */
export const LEARNED_MARK = "learn: ";

/** A comment of ours. Paths and names in it are somebody else's: none may end the line and write on in the file. */
export function ownComment(text: string): string {
  const safe = text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029\u{fffe}\u{ffff}\p{Cs}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return `${LEARNED_MARK}${safe}`;
}
