/** A fenced YAML block of a Markdown page. */
export interface PolicyBlock {
  readonly text: string;
  /** Line of the page on which the text begins, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page that are marked as `yaml`. */
export function policyBlocks(page: string): readonly PolicyBlock[] {
  return [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => ({
    text: match[1] ?? "",
    line: page.slice(0, match.index).split("\n").length + 1,
  }));
}
