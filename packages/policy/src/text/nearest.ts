/** The option that a misspelt word most likely means: at most two edits away, and less than half of the word. */
export function nearest(word: string, options: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.min(3, Math.ceil(word.length / 2));
  for (const option of options) {
    const distance = editDistance(word.toLowerCase(), option.toLowerCase());
    if (distance < bestDistance) {
      best = option;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions and substitutions between two words (Wagner and Fischer 1974). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of a.split("").entries()) {
    const current = [i + 1];
    for (const [j, other] of b.split("").entries()) {
      const substituted = (previous[j] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(substituted, (previous[j + 1] ?? 0) + 1, (current[j] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** A hint for a word that is none of the options. */
export function choiceHint(word: string, options: readonly string[]): string {
  const near = nearest(word, options);
  if (near !== null) return `Did you mean "${near}"?`;
  return options.length === 1 ? `Write ${options[0]}` : `Use one of ${options.join(", ")}`;
}
