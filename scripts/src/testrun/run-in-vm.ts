import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Counts, oneFailure } from "./counts.js";
import type { Stage } from "./stages.js";

/**
 * Runs a stage of the host under the second kernel, prints what it says as it comes, and brings its counts back. A
 * machine that does not boot, or whose time is up, counts as one failure.
 */
export async function runInVm(
  root: string,
  { stage, cpus, timeout }: NonNullable<Stage["guest"]>,
  print: (text: string) => void,
): Promise<Counts> {
  const share = mkdtempSync(join(tmpdir(), "ringfence-results-"));
  try {
    const results = join(share, "counts.json");
    const runner = ["node", "scripts/dist/run-tests.js", "--results", results, stage];
    const machine = ["--timeout", String(timeout), "--cpus", String(cpus), "--share", share];
    // the guest's stdout and stderr in one pipe, so that their lines keep their order
    const command = ["-c", 'exec "$@" 2>&1', "sh", join(root, "scripts/vm.sh"), "run", ...machine];
    const vm = spawn("sh", [...command, "--", ...runner], { stdio: ["ignore", "pipe", "inherit"] });
    vm.stdout.setEncoding("utf8").on("data", print);
    await once(vm, "close");
    return existsSync(results)
      ? JSON.parse(readFileSync(results, "utf8"))
      : oneFailure("the machine brought no counts back: it did not boot, or its time was up");
  } finally {
    rmSync(share, { recursive: true });
  }
}
