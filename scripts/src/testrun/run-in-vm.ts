import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Counts } from "./counts.js";

/**
 * Runs a stage of the host under the second kernel and brings its counts back. A machine that does not boot,
 * or whose time is up, counts as one failure.
 */
export function runInVm(root: string, stage: string, timeout: number): Counts {
  const share = mkdtempSync(join(tmpdir(), "ringfence-results-"));
  try {
    const results = join(share, "counts.json");
    const runner = ["node", "scripts/dist/run-tests.js", "--results", results, stage];
    const vm = ["run", "--timeout", String(timeout), "--share", share, "--", ...runner];
    spawnSync(join(root, "scripts/vm.sh"), vm, { stdio: ["ignore", "inherit", "inherit"] });
    return existsSync(results)
      ? JSON.parse(readFileSync(results, "utf8"))
      : { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(share, { recursive: true });
  }
}
