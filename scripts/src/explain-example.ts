import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fencedBlocks } from "./fenced-blocks.js";

const FLOW = "exe=/usr/bin/wget uid=0 tcp 10.0.0.10:443";

/** What `ringfence explain` prints for the policy of README.md, below the command, as blocks of Markdown. */
export function explainExample(root: string): string {
  const [policy] = fencedBlocks(readFileSync(join(root, "README.md"), "utf8"), "yaml");
  const folder = mkdtempSync(join(tmpdir(), "ringfence-docs-"));
  try {
    writeFileSync(join(folder, "ringfence.yaml"), policy?.text ?? "");
    const args = ["explain", "--policy", "ringfence.yaml", "--flow", FLOW];
    const result = spawnSync(join(root, "ringfence"), args, { cwd: folder, encoding: "utf8" });
    if (result.status !== 3) throw new Error(`Cannot make the example of explain: ${result.stderr}`);
    const command = `ringfence explain --policy ringfence.yaml --flow '${FLOW}'`;
    return `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`text\n${result.stdout}\`\`\`\n`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
