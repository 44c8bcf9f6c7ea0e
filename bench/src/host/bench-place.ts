import { Cgroup2 } from "@ringfence/kernel";
import { BenchCgroup } from "./bench-cgroup.js";
import { Cleanup } from "./cleanup.js";

/** Where a part of the benchmark works: a cgroup of its own, and what is undone when the part is over. */
export interface BenchPlace {
  readonly cgroups: Cgroup2;
  readonly home: BenchCgroup;
  readonly cleanup: Cleanup;
}

/** Makes a place, works there, and takes everything down, also after a failure. */
export async function inBenchPlace<T>(work: (place: BenchPlace) => Promise<T>): Promise<T> {
  using cgroups = Cgroup2.open();
  const cleanup = new Cleanup();
  try {
    const home = await BenchCgroup.create(cgroups);
    cleanup.add(() => home.remove());
    return await work({ cgroups, home, cleanup });
  } finally {
    await cleanup.run();
  }
}
