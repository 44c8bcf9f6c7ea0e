import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** What `ringfence COMMAND --help` prints, as a block of Markdown. Throws when the command line does not start. */
export function commandHelp(root: string, command: string): string {
  const result = spawnSync(join(root, "ringfence"), [...command.split(" "), "--help"], { encoding: "utf8" });
  if (result.status === 0) return `\`\`\`text\n${result.stdout}\`\`\`\n`;
  const reason = result.error?.message ?? result.stderr.trim();
  throw new Error(`Cannot read the help of "${command}": ${reason}: build it with make build`);
}
