import type { ObjectExamination } from "@ringfence/agent";
import type { KernelReport, Summary } from "@ringfence/kernel";
import type { Isolation } from "@ringfence/kernel/system";

/** All that the doctor found. */
export interface DoctorReport {
  readonly schema: "ringfence.doctor/v1";
  readonly kernel: KernelReport;
  /** version of Landlock, 0 for none, and what a fence can do with it */
  readonly landlock: { readonly abi: number; readonly isolation: Isolation };
  /** null when our object could not be loaded; then `loadError` says why */
  readonly object: ObjectExamination | null;
  readonly loadError: string | null;
  readonly summary: Summary;
}

/** The findings as people read them. */
export function renderDoctor({ kernel, landlock, object, loadError, summary }: DoctorReport): string {
  return [
    `Kernel        ${kernel.release} (${kernel.architecture})`,
    `Type info     ${kernel.btf ? "/sys/kernel/btf/vmlinux" : "missing"}`,
    `libbpf        ${kernel.libbpf ?? "missing"}`,
    `cgroup v2     ${placeOf(kernel)}`,
    `LSM list      ${kernel.lsm?.join(", ") ?? "unknown: securityfs is not mounted"}`,
    `Landlock      ${landlock.abi === 0 ? "missing" : `version ${landlock.abi} (${landlock.isolation})`}`,
    `Capabilities  ${capabilities(kernel.effectiveCapabilities)}`,
    "",
    ...columns([
      ["FEATURE", "KIND", "STATUS", "SINCE", "NEEDED FOR"],
      ...kernel.features.map((feature) => [
        feature.name,
        feature.kind,
        feature.status,
        feature.since,
        feature.neededFor,
      ]),
    ]),
    "",
    ...objectLines(object, loadError),
    "",
    ...summaryLines(summary),
    "",
  ].join("\n");
}

function placeOf({ cgroup2 }: KernelReport): string {
  if (cgroup2 === null) return "missing";
  return cgroup2.detached ? "not mounted here; opened directly" : cgroup2.root;
}

function capabilities(names: readonly string[]): string {
  return names.length > 8
    ? `${names.length} effective, CAP_BPF ${names.includes("CAP_BPF") ? "yes" : "no"}`
    : names.join(", ") || "none";
}

function objectLines(object: ObjectExamination | null, loadError: string | null): string[] {
  if (object === null) return [`Our programs cannot be loaded: ${loadError ?? "not tried"}`];
  return [
    `Our programs load in ${object.loadMs} ms:`,
    ...columns([
      ["PROGRAM", "VERIFIED INSTRUCTIONS", "ATTACH"],
      ...object.programs.map((program) => [
        program.name,
        String(program.verifiedInstructions),
        `${program.attached}${program.detail === "" ? "" : `: ${program.detail}`}`,
      ]),
    ]),
  ];
}

function summaryLines({ level, blocking, degraded }: Summary): string[] {
  const verdict = {
    ready: "Ready: ringfence run works here with everything it can use.",
    degraded: "Works, degraded: ringfence run enforces here; what is missing costs the following.",
    unusable: "Unusable: ringfence run refuses to start here.",
  }[level];
  return [verdict, ...[...blocking, ...degraded].map(({ what, cost }) => `  ${what}\n    ${cost}`)];
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
