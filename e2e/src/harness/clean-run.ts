import { linkIds } from "./bpf-links.js";
import { assertNothingLeft } from "./leftovers.js";
import { ringfencePath } from "./paths.js";
import { type FinishedProcess, type ProcessOptions, runProcess } from "./run-process.js";

/** Starts `ringfence run` with these words. Fails if it leaves something behind. */
export async function cleanRun(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<FinishedProcess> {
  const before = linkIds();
  const finished = await runProcess(ringfencePath, ["run", ...args], options);
  await assertNothingLeft(finished.pid, before);
  return finished;
}
