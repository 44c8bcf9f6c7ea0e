import { existsSync } from "node:fs";
import type { Cgroup2 } from "@ringfence/kernel";

const PREFIX = "rf-bench-";
const TRIES = 100;
const PAUSE_MS = 10;

/** The cgroup of one benchmark process: everything it attaches is attached below, never at the root. */
export class BenchCgroup {
  readonly path = `/${PREFIX}${process.pid}`;
  readonly #cgroups: Cgroup2;

  private constructor(cgroups: Cgroup2) {
    this.#cgroups = cgroups;
  }

  /** Makes it, and removes those of benchmarks that were killed. */
  static async create(cgroups: Cgroup2): Promise<BenchCgroup> {
    for (const name of cgroups.children("/").filter((child) => child.startsWith(PREFIX))) {
      const pid = name.slice(PREFIX.length);
      if (pid === String(process.pid) || !existsSync(`/proc/${pid}`)) await removeSoon(cgroups, `/${name}`);
    }
    const cgroup = new BenchCgroup(cgroups);
    cgroups.create(cgroup.path);
    return cgroup;
  }

  /** Makes a cgroup below and returns its path. */
  child(name: string): string {
    const path = `${this.path}/${name}`;
    this.#cgroups.create(path);
    return path;
  }

  async remove(): Promise<void> {
    await removeSoon(this.#cgroups, this.path);
  }
}

/** A process leaves its cgroup a moment after its parent learns of its end. */
async function removeSoon(cgroups: Cgroup2, path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return cgroups.remove(path, { recursive: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || attempt === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
