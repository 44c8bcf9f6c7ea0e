import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { linkIds } from "./bpf-links.js";
import { assertNothingLeft } from "./leftovers.js";
import { ringfencePath } from "./paths.js";
import { runProcess } from "./run-process.js";
import { temporaryFolder } from "./temporary-folder.js";

/**
 * Starts a run that cannot start: fails unless it says why in one line, with status 125, the command did not run and
 * nothing is left.
 * @param via words before ringfence
 */
export async function assertRefusesToRun(
  expected: RegExp,
  via: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  const before = linkIds();
  const witness = join(temporaryFolder(), "ran");
  const args = ["run", ...options, "--", "touch", witness];
  const { pid, code, stderr } = await runProcess(ringfencePath, args, { via });
  await assertNothingLeft(pid, before);
  assert.match(stderr, expected);
  assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  assert.equal(code, 125);
  assert.equal(existsSync(witness), false, "nothing runs unfenced");
}
