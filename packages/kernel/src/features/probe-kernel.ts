import { accessSync } from "node:fs";
import { arch, release } from "node:os";
import { RingfenceError } from "@ringfence/model";
import { KERNEL_BTF_PATH } from "../btf/btf.js";
import { Cgroup2 } from "../cgroup/cgroup2.js";
import { libbpfVersion } from "../libbpf/library.js";
import { getCapabilities } from "../system/capabilities.js";
import { capabilitiesIn } from "../system/capability-names.js";
import type { FeatureReport, KernelReport } from "./kernel-report.js";
import { lsmList } from "./lsm-list.js";
import { probeFeature } from "./probe-feature.js";
import { features } from "./table.js";

/** Looks at this kernel and tries each feature; changes nothing. Works without privileges, and says so. */
export function probeKernel(): KernelReport {
  const libbpf = orNull(libbpfVersion, "RF_LIBBPF_MISSING");
  const effectiveCapabilities = capabilitiesIn(getCapabilities().effective);
  const privileged = effectiveCapabilities.includes("CAP_BPF");
  return {
    release: release(),
    architecture: arch(),
    btf: exists(KERNEL_BTF_PATH),
    libbpf,
    cgroup2: orNull(cgroup2Place, "RF_NO_CGROUP2"),
    lsm: lsmList(),
    effectiveCapabilities,
    features: libbpf === null ? [] : features.map(report),
  };

  function report(feature: (typeof features)[number]): FeatureReport {
    const { name, probe, since, required, neededFor, withoutIt } = feature;
    const tried = probeFeature(feature);
    // an unprivileged refusal looks like a missing feature to some probes
    const result =
      privileged || tried.status === "works"
        ? tried
        : ({ status: "refused", detail: "needs CAP_BPF to try" } as const);
    return { name, kind: probe.kind, ...result, since, required, neededFor, withoutIt };
  }
}

function cgroup2Place(): { readonly root: string; readonly detached: boolean } {
  using cgroup2 = Cgroup2.open();
  return { root: cgroup2.root, detached: cgroup2.detached };
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

function orNull<T>(read: () => T, code: RingfenceError["code"]): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RingfenceError && error.code === code) return null;
    throw error;
  }
}
