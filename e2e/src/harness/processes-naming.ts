import { readdirSync, readFileSync } from "node:fs";

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it ended
  }
}

/** Ids of the processes whose command line names the text. */
export function processesNaming(text: string): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandLineOf(pid).includes(text));
}
