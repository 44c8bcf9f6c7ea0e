import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  DNS_SCHEMA,
  EVENT_SCHEMA,
  EXPLAIN_SCHEMA,
  REPORT_SCHEMA,
  renderErrorsPage,
  SELFTEST_SCHEMA,
  VERDICT_SCHEMA,
} from "@ringfence/model";
import {
  agentConfigSchema,
  agentStatusSchema,
  anyEventSchema,
  dnsLineSchema,
  explanationSchema,
  reportSchema,
  selftestSchema,
  verdictLineSchema,
} from "@ringfence/model/schemas";
import { commandHelp } from "./command-help.js";
import { configKeys } from "./config-keys.js";
import { explainExample } from "./explain-example.js";
import { fillBlock } from "./generated-block.js";
import { type GeneratedPage, outdatedPages, writePages } from "./generated-page.js";
import { repositoryRoot } from "./repository-root.js";
import { schemaPage } from "./schema-page.js";
import { verifiedPage } from "./verified-page.js";

// Writes the reference pages that come from tables in the code: gen-docs [--check]

/** A page written by hand, except for blocks, which are filled in by name. */
function filledPage(path: string, blocks: Readonly<Record<string, () => string>>): GeneratedPage {
  return {
    path,
    render: () =>
      Object.entries(blocks).reduce(
        (page, [name, content]) => fillBlock(page, name, content()),
        readFileSync(join(repositoryRoot, path), "utf8"),
      ),
  };
}

/** The page of a command, with what its help says. */
function helpPage(command: string, blocks: Readonly<Record<string, () => string>> = {}): GeneratedPage {
  return filledPage(`docs/reference/${command.replace(" ", "-")}.md`, {
    [`ringfence ${command} --help`]: () => commandHelp(repositoryRoot, command),
    ...blocks,
  });
}

const example = { "ringfence explain": () => explainExample(repositoryRoot) };

/** What a file may hold, where a default stands for what is left out. */
const configSchema = { toJSONSchema: () => agentConfigSchema.toJSONSchema({ io: "input" }) };

const pages: readonly GeneratedPage[] = [
  { path: "docs/reference/errors.md", render: renderErrorsPage },
  schemaPage("docs/reference/report.schema.json", REPORT_SCHEMA, reportSchema),
  schemaPage("docs/reference/verdict.schema.json", VERDICT_SCHEMA, verdictLineSchema),
  schemaPage("docs/reference/dns.schema.json", DNS_SCHEMA, dnsLineSchema),
  schemaPage("docs/reference/event.schema.json", EVENT_SCHEMA, anyEventSchema),
  schemaPage("docs/reference/explain.schema.json", EXPLAIN_SCHEMA, explanationSchema),
  schemaPage("docs/reference/selftest.schema.json", SELFTEST_SCHEMA, selftestSchema),
  schemaPage("docs/reference/agent-config.schema.json", "ringfence.dev/v1alpha1 AgentConfig", configSchema),
  filledPage("docs/reference/agent-config.md", { keys: () => configKeys(agentConfigSchema) }),
  helpPage("run"),
  helpPage("explain", example),
  helpPage("learn"),
  helpPage("observe"),
  helpPage("attacks"),
  helpPage("top"),
  filledPage("README.md", example),
  helpPage("policy import"),
  helpPage("policy replay"),
  helpPage("policy suggest"),
  filledPage(
    "docs/reference/policy-commands.md",
    Object.fromEntries(
      ["check", "list", "show", "diff", "apply", "confirm", "delete"].map((verb) => [
        `ringfence policy ${verb} --help`,
        () => commandHelp(repositoryRoot, `policy ${verb}`),
      ]),
    ),
  ),
  helpPage("agent"),
  helpPage("status"),
  helpPage("off"),
  helpPage("panic"),
  helpPage("oci-hook"),
  schemaPage("docs/reference/status.schema.json", "ringfence.status/v1", agentStatusSchema),
  helpPage("doctor"),
  helpPage("selftest"),
  verifiedPage,
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
