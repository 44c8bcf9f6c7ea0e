import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPORT_SCHEMA, renderErrorsPage, VERDICT_SCHEMA } from "@ringfence/model";
import { reportSchema, verdictLineSchema } from "@ringfence/model/schemas";
import { commandHelp } from "./command-help.js";
import { fillBlock } from "./generated-block.js";
import { type GeneratedPage, outdatedPages, writePages } from "./generated-page.js";
import { repositoryRoot } from "./repository-root.js";
import { schemaPage } from "./schema-page.js";

// Writes the reference pages that come from tables in the code: gen-docs [--check]

const runPage = "docs/reference/run.md";

const pages: readonly GeneratedPage[] = [
  { path: "docs/reference/errors.md", render: renderErrorsPage },
  schemaPage("docs/reference/report.schema.json", REPORT_SCHEMA, reportSchema),
  schemaPage("docs/reference/verdict.schema.json", VERDICT_SCHEMA, verdictLineSchema),
  {
    path: runPage,
    render: () =>
      fillBlock(
        readFileSync(join(repositoryRoot, runPage), "utf8"),
        "ringfence run --help",
        commandHelp(repositoryRoot, "run"),
      ),
  },
];

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
