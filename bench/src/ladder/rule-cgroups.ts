import type { BenchCgroup } from "../host/bench-cgroup.js";
import { cgroupCount } from "../rules/realistic.js";

/** Makes the cgroups that generated rules name, and returns their paths by number. */
export function ruleCgroups(home: BenchCgroup): (index: number) => string {
  const paths = Array.from({ length: cgroupCount }, (_, index) => home.child(`app-${index}`));
  return (index) => paths[index % paths.length] ?? home.path;
}
