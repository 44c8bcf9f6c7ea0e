import { readdirSync } from "node:fs";
import { join } from "node:path";
import { RingfenceError } from "@ringfence/model";

/** Segments of the agent's history that may hold something from `since` on, oldest first. Throws RF_HISTORY. */
export function historyFiles(state: string, since: number | null): readonly string[] {
  void since;
  const folder = join(state, "history");
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".ndjson"))
      .toSorted()
      .map((name) => join(folder, name));
  } catch (error) {
    throw new RingfenceError("RF_HISTORY", `Cannot read history "${folder}": ${String(error)}`, {
      hint: "name the folder with --state, or a log with --from FILE",
    });
  }
}
