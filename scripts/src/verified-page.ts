import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { VerifiedTable } from "@ringfence/kernel/testing";
import type { GeneratedPage } from "./generated-page.js";
import { repositoryRoot } from "./repository-root.js";

/** What the verifier walked for each program, when it was last measured. */
export const verifiedTablePath = "bpf/verified.json";

const head = `# What the verifier walks

Instructions that the kernel's verifier walked to accept each program, by kernel. It refuses a program at 1,000,000;
ours are to stay below 100,000, so that loading is quick and a new kernel with a less patient verifier is no surprise.

The end-to-end tests load every object on both kernels and compare with this table. They fail when a program passes
100,000, grew by more than 15 % and 100 instructions, or is not in the table. When that is meant, run
\`node scripts/dist/gen-verified.js && node scripts/dist/gen-docs.js\` and commit both files. A dash stands for an
object that the kernel does not load: the machine of the tests has no LSM and no tracing of functions.

`;

/** The page that shows \`bpf/verified.json\`. */
export const verifiedPage: GeneratedPage = {
  path: "docs/verifier.md",
  render: () =>
    renderVerified(
      JSON.parse(readFileSync(join(repositoryRoot, verifiedTablePath), "utf8")) as VerifiedTable,
    ),
};

/** The page for a table: a row for each program, a column for each kernel. */
export function renderVerified({ kernels }: VerifiedTable): string {
  const series = Object.keys(kernels);
  const names = new Set(
    Object.values(kernels).flatMap((objects) =>
      Object.entries(objects).flatMap(([object, programs]) =>
        Object.keys(programs ?? {}).map((program) => `${object} ${program}`),
      ),
    ),
  );
  const rows = [...names].toSorted().map((name) => {
    const [object = "", program = ""] = name.split(" ");
    const counts = series.map((kernel) => numberText(kernels[kernel]?.[object]?.[program]));
    return `| \`${object}\` | \`${program}\` | ${counts.join(" | ")} |`;
  });
  const title = ["Object", "Program", ...series.map((kernel) => `Linux ${kernel}`)].join(" | ");
  const rule = ["---", "---", ...series.map(() => "---:")].join("|");
  return `${head}| ${title} |\n|${rule}|\n${rows.join("\n")}\n`;
}

function numberText(count: number | undefined): string {
  return count === undefined ? "-" : count.toLocaleString("en-US");
}
