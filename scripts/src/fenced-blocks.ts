/** A fenced block of a Markdown page. */
export interface FencedBlock {
  readonly text: string;
  /** Line of the page on which the text begins, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page that are marked with a language, such as `yaml`. */
export function fencedBlocks(page: string, language: string): readonly FencedBlock[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map((match) => ({
      text: match[2] ?? "",
      line: page.slice(0, match.index).split("\n").length + 1,
    }));
}
