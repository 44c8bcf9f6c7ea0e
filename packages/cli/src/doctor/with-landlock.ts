import type { Finding, Summary } from "@ringfence/kernel";
import type { Isolation } from "@ringfence/kernel/system";

const findings: Readonly<Record<Exclude<Isolation, "scoped">, Finding>> = {
  files: {
    what: "Landlock is older than version 6 (Linux 6.12)",
    cost: "inside a fence every mount call fails, and signals can reach processes outside",
  },
  none: {
    what: "Landlock is missing, or older than version 2 (Linux 5.19)",
    cost: "a root command can take over processes outside its fence; use --user, or boot with lsm=landlock",
  },
};

/** Adds what an older Landlock, or none, costs. */
export function withLandlock(summary: Summary, isolation: Isolation): Summary {
  if (isolation === "scoped") return summary;
  const degraded = [...summary.degraded, findings[isolation]];
  return { ...summary, level: summary.level === "ready" ? "degraded" : summary.level, degraded };
}
