import { Cgroup2 } from "@ringfence/kernel";
import { type ContainerFact, RingfenceError } from "@ringfence/model";
import { classifyCgroup, placesOf } from "./classify-cgroup.js";
import { recognizeCgroup } from "./recognize-cgroup.js";
import { knownRuntimes, usualFolders } from "./runtimes/known-runtimes.js";
import { workloadHost } from "./workload-host.js";

/**
 * The container that a cgroup of this host lies in now, as far as the caller may know; false for none.
 * @param folders where the runtimes keep their state, if that is not where they usually do
 */
export function containerAt(cgroup: string, folders = usualFolders): ContainerFact {
  try {
    using cgroups = Cgroup2.open();
    const host = workloadHost(cgroups, knownRuntimes(folders));
    const places = placesOf(host.runtimes, host.cgroupRoot);
    return classifyCgroup(cgroup, { ...host, places }).container ?? false;
  } catch (error) {
    // no root, and nothing shows the hierarchy: its path alone tells
    if (error instanceof RingfenceError && error.code === "RF_NO_CGROUP2")
      return recognizeCgroup(cgroup) !== null;
    throw error;
  }
}
