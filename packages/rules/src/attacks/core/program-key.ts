import type { Actor } from "./observation.js";

/** What counts as one: all processes of a program and user in one cgroup, as a loop may start one for each try. */
export function programKey({ exe, uid, cgroupId }: Actor): string {
  return `${exe}\0${uid}\0${cgroupId}`;
}
