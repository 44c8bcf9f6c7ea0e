import type { FeatureStatus } from "./probe-feature.js";

/** One feature as this kernel has it. */
export interface FeatureReport {
  readonly name: string;
  readonly kind: "program" | "map" | "helper" | "kfunc";
  readonly status: FeatureStatus;
  /** first Linux version that has it */
  readonly since: string;
  readonly detail: string;
  readonly required: boolean;
  readonly neededFor: string;
  readonly withoutIt: string;
}

/** What `ringfence doctor` shows. */
export interface KernelReport {
  /** as uname -r prints it */
  readonly release: string;
  readonly architecture: string;
  /** the kernel publishes its types */
  readonly btf: boolean;
  /** version, null when the library can not be loaded */
  readonly libbpf: string | null;
  /** null when there is none and none can be mounted */
  readonly cgroup2: { readonly root: string; readonly detached: boolean } | null;
  /** active security modules, null when securityfs is not mounted */
  readonly lsm: readonly string[] | null;
  readonly effectiveCapabilities: readonly string[];
  readonly features: readonly FeatureReport[];
}
