import type { KernelReport } from "./kernel-report.js";

/** Capabilities without which nothing can be loaded and attached. */
const neededCapabilities = ["CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON", "CAP_SYS_ADMIN"];

/** A thing that is not as it should be: what it is, what that costs. */
export interface Finding {
  readonly what: string;
  readonly cost: string;
}

/** `ready`: everything works; `degraded`: only optional things lack; `unusable`: enforcement can not start. */
export interface Summary {
  readonly level: "ready" | "degraded" | "unusable";
  readonly blocking: readonly Finding[];
  readonly degraded: readonly Finding[];
}

/** Tells from a report whether Ringfence can enforce here, and what is lost. */
export function summarize(report: KernelReport): Summary {
  const blocking = [...basics(report), ...findings(report, true)];
  const degraded = findings(report, false);
  const level = blocking.length > 0 ? "unusable" : degraded.length > 0 ? "degraded" : "ready";
  return { level, blocking, degraded };
}

function basics({ btf, libbpf, cgroup2, effectiveCapabilities }: KernelReport): Finding[] {
  const found: Finding[] = [];
  if (libbpf === null) {
    found.push({ what: "libbpf.so.1 is not installed", cost: "install it: apt-get install libbpf1" });
  }
  if (!btf) {
    const cost = "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y";
    found.push({ what: "the kernel does not publish its types (BTF)", cost });
  }
  if (cgroup2 === null) {
    found.push({ what: "there is no cgroup v2 hierarchy", cost: "mount it on /sys/fs/cgroup/unified" });
  }
  const lacking = neededCapabilities.filter((name) => !effectiveCapabilities.includes(name));
  if (lacking.length > 0) {
    found.push({ what: `the caller lacks ${lacking.join(", ")}`, cost: "run as root, or grant them" });
  }
  return found;
}

function findings({ features, effectiveCapabilities }: KernelReport, required: boolean): Finding[] {
  if (!effectiveCapabilities.includes("CAP_BPF")) return []; // nothing could be tried
  return features
    .filter((feature) => feature.required === required && feature.status !== "works")
    .map(({ name, kind, status, since, detail, withoutIt }) => {
      const reason = status === "refused" ? `refused: ${detail}` : `missing: in Linux since ${since}`;
      return { what: `${name} (${kind}) is ${reason}`, cost: withoutIt };
    });
}
