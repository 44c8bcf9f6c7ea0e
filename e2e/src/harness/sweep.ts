import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PinFolder } from "@ringfence/agent";
import { Cgroup2 } from "@ringfence/kernel";
import { processesNaming } from "./processes-naming.js";

const isOver = (pid: string | undefined) => pid !== undefined && !existsSync(`/proc/${pid}`);

/** What the agents of a test are named by: the process of the test, and a word. */
export const agentFolder = `ringfence-agent-${process.pid}-`;
export const agentCgroup = (name: string) => `rf-agent-${process.pid}-${name}`;

/**
 * Takes away what tests with an agent left that were killed themselves: the agent, pins, whose hooks every process of the host goes through,
 * cgroups, and the containers in them.
 */
export function sweepAgents(): void {
  for (const folder of leftFolders()) {
    for (const pid of processesNaming(join(folder, "ringfence.yaml"))) process.kill(Number(pid), "SIGKILL");
    PinFolder.open(join(folder, "bpf/pins")).removeAll();
    execFileSync("umount", [join(folder, "bpf")]);
    rmSync(folder, { recursive: true });
  }
  using cgroups = Cgroup2.open();
  for (const name of cgroups.children("/")) {
    if (!isOver(/^rf-agent-(\d+)-/.exec(name)?.[1])) continue;
    writeFileSync(`${cgroups.root}/${name}/cgroup.kill`, "1");
    removeWhenEmpty(cgroups, `/${name}`);
  }
}

/** Folders of agents whose test is over, and which still have a file system for pins. */
function leftFolders(): readonly string[] {
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  return mounts.flatMap((line) => {
    const at = line.split(" ")[1] ?? "";
    const ofAgent = at.startsWith(join(tmpdir(), "ringfence-agent-")) && at.endsWith("/bpf");
    return ofAgent && isOver(/-(\d+)-[^/]*\/bpf$/.exec(at)?.[1]) ? [dirname(at)] : [];
  });
}

function removeWhenEmpty(cgroups: Cgroup2, path: string): void {
  for (let tries = 0; tries < 50; tries++) {
    try {
      cgroups.remove(path, { recursive: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); // killed processes are on their way out
    }
  }
}
