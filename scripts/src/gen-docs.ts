import { renderErrorsPage } from "@ringfence/model";
import { type GeneratedPage, outdatedPages, writePages } from "./generated-page.js";
import { repositoryRoot } from "./repository-root.js";

// Writes the reference pages that come from tables in the code: gen-docs [--check]

const pages: readonly GeneratedPage[] = [{ path: "docs/reference/errors.md", render: renderErrorsPage }];

if (process.argv.includes("--check")) {
  const outdated = outdatedPages(pages, repositoryRoot);
  if (outdated.length > 0) {
    process.stderr.write(
      `${outdated.join(", ")} differs from its table in the code: run node scripts/dist/gen-docs.js and commit it\n`,
    );
    process.exitCode = 1;
  }
} else {
  for (const path of writePages(pages, repositoryRoot)) process.stdout.write(`wrote ${path}\n`);
}
