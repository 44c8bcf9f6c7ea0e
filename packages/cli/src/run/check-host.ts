import { existsSync, readFileSync } from "node:fs";
import { RingfenceError } from "@ringfence/model";

const KERNEL_BTF = "/sys/kernel/btf/vmlinux";

/** What a run needs of its host, checked before anything is made. Throws RF_NOT_ROOT, RF_NESTED, RF_NO_BTF. */
export function checkHost(): void {
  requireRoot("fence a command", "run it with sudo; --user NAME drops to that user before the command");
  if (isFenced()) {
    throw new RingfenceError(
      "RF_NESTED",
      "Cannot start a fence inside a fence: bpf() is taken from this process",
      {
        hint: "start the inner command directly, it is fenced already; or give the outer run --privileged",
      },
    );
  }
  if (!existsSync(KERNEL_BTF)) {
    throw new RingfenceError("RF_NO_BTF", `Cannot find the kernel's type information at "${KERNEL_BTF}"`, {
      hint: "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, and mount sysfs",
    });
  }
}

/** Throws RF_NOT_ROOT; `action` completes "Cannot ... without root". */
export function requireRoot(action: string, hint: string): void {
  if (process.geteuid?.() !== 0)
    throw new RingfenceError("RF_NOT_ROOT", `Cannot ${action} without root`, { hint });
}

/** A seccomp filter and no CAP_BPF in the bounding set: what a run without --privileged leaves. */
function isFenced(): boolean {
  const status = readFileSync("/proc/self/status", "utf8");
  const bounding = BigInt(`0x${/^CapBnd:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  const CAP_BPF = 39n;
  return /^Seccomp:\s+2/m.test(status) && ((bounding >> CAP_BPF) & 1n) === 0n;
}
