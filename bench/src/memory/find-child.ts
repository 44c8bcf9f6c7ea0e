import { readdirSync, readFileSync } from "node:fs";

/** A child whose command line holds a text; null when there is none. */
export function findChild(parent: number, text: string): number | null {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const facts = read(`/proc/${pid}/status`);
    if (!facts.includes(`\nPPid:\t${parent}\n`)) continue;
    if (read(`/proc/${pid}/cmdline`).includes(text)) return Number(pid);
  }
  return null;
}

/** Empty for a process that has gone. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  }
}
