import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Cgroup2 } from "@ringfence/kernel";
import type { Runtime } from "./runtimes/runtime.js";
import type { WorkloadHost } from "./workload-table.js";

/** What runtimes call themselves while they prepare a container: runc's stages, crun, youki. */
const INIT = /^(?:runc:\[|crun$|youki)/;

/** This host, as a table of workloads asks about it. */
export function workloadHost(cgroups: Cgroup2, runtimes: readonly Runtime[]): WorkloadHost {
  return {
    cgroupRoot: cgroups.root,
    runtimes,
    children: (path) => cgroups.children(path),
    idOf: (path) => ifThere(() => cgroups.idOf(path)),
    isRootsOwn: (path) => ifThere(() => statSync(cgroups.directory(dirname(path))).uid) === 0,
    isBeingMade: (path) => (ifThere(() => cgroups.procs(path)) ?? []).some((pid) => INIT.test(commOf(pid))),
    now: () => performance.now(),
  };
}

function commOf(pid: number): string {
  return ifThere(() => readFileSync(`/proc/${pid}/comm`, "utf8")) ?? "";
}

/** Null when a group or a process is gone meanwhile. */
function ifThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
