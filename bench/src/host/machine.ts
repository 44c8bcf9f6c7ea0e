import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";

/** Where the numbers come from. */
export interface Machine {
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly kernel: string;
  readonly node: string;
  /** whether the kernel translates BPF to machine code: 0 no, 1 yes, 2 yes with traces; null when unreadable */
  readonly bpfJit: number | null;
  /** processes that wanted a CPU, averaged over the minute before the start */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cpus: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    node: process.version,
    bpfJit: readNumber("/proc/sys/net/core/bpf_jit_enable"),
    loadBefore: readNumber("/proc/loadavg") ?? 0,
  };
}

function readNumber(path: string): number | null {
  const value = Number.parseFloat(readFileSync(path, "utf8"));
  return Number.isNaN(value) ? null : value;
}
