import { join } from "node:path";
import { RingfenceError } from "@ringfence/model";
import { listSegments } from "./segments.js";

/** Where the history lies below the agent's state folder. */
export function historyFolder(state: string): string {
  return join(state, "history");
}

/**
 * Files of the history that may hold something from `since` (milliseconds since 1970) on, oldest first. Needs no agent, and one may
 * write meanwhile. Throws RF_HISTORY.
 */
export function historyFiles(state: string, since: number | null): readonly string[] {
  const folder = historyFolder(state);
  try {
    return listSegments(folder)
      .filter(({ writtenAt }) => since === null || writtenAt >= since)
      .map(({ path }) => path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw noHistory(folder);
    const reason = error instanceof Error ? error.message : String(error);
    throw new RingfenceError("RF_HISTORY", `Cannot read history "${folder}": ${reason}`, {
      hint: "name the agent's configuration with --config, or a log with --from FILE",
      cause: error,
    });
  }
}

function noHistory(folder: string): RingfenceError {
  return new RingfenceError("RF_HISTORY", `There is no history "${folder}": no agent has written one yet`, {
    hint: "start the agent (systemctl start ringfence-agent), name its configuration with --config, or a log with --from FILE",
  });
}
