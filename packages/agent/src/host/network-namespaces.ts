import { closeSync, openSync, readlinkSync } from "node:fs";
import { CLONE_NEWNET, setns } from "@ringfence/kernel/system";

/**
 * Calls back once in each network namespace that one of the processes is in, with the calling thread moved there, and
 * in this process's own. Processes that end meanwhile are passed over: what they leave has another owner or none.
 */
export function inNetworkNamespaces(pids: readonly number[], visit: () => void): void {
  const own = openSync("/proc/self/ns/net", "r");
  try {
    const seen = new Set([readlinkSync("/proc/self/ns/net")]);
    visit();
    for (const pid of pids) visitOf(pid, seen, visit);
  } finally {
    setns(own, CLONE_NEWNET);
    closeSync(own);
  }
}

function visitOf(pid: number, seen: Set<string>, visit: () => void): void {
  const path = `/proc/${pid}/ns/net`;
  let fd: number;
  try {
    const name = readlinkSync(path);
    if (seen.has(name)) return;
    fd = openSync(path, "r");
    seen.add(name);
  } catch {
    return;
  }
  try {
    setns(fd, CLONE_NEWNET);
    visit();
  } finally {
    closeSync(fd);
  }
}
