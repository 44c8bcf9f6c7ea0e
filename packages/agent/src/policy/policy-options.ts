import type { CgroupWorkload } from "@ringfence/policy";

/** What the options say that make up a policy. */
export interface PolicyOptions {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly default: "allow" | "deny" | null;
  readonly allowFrom: readonly string[];
  readonly listen: readonly string[];
  readonly policyFiles: readonly string[];
  readonly mode: "enforce" | "audit" | null;
  /** What runs in which cgroup, where that is known; else the host is looked at. */
  readonly workloads?: readonly CgroupWorkload[];
}
