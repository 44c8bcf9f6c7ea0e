import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A committed file whose text a function of ours makes. */
export interface GeneratedPage {
  /** Relative to the repository root. */
  readonly path: string;
  readonly render: () => string;
}

/** The paths of the pages whose file differs from what they render to. */
export function outdatedPages(pages: readonly GeneratedPage[], root: string): readonly string[] {
  return pages.filter((page) => current(page, root) !== page.render()).map(({ path }) => path);
}

/** Writes the pages that differ, creating folders as needed, and returns their paths. */
export function writePages(pages: readonly GeneratedPage[], root: string): readonly string[] {
  const outdated = outdatedPages(pages, root);
  for (const { path, render } of pages) {
    if (!outdated.includes(path)) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), render());
  }
  return outdated;
}

function current({ path }: GeneratedPage, root: string): string | undefined {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
