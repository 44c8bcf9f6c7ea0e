import type { Feature } from "./feature.js";

const SOCK_ADDR = 18;
const CGROUP_SOCK = 9;
const nothingRuns = "ringfence run refuses to start";

function helper(
  name: string,
  number: number,
  programType: number,
  since: string,
  neededFor: string,
): Feature {
  const probe = { kind: "helper", helper: number, programType } as const;
  return { name, probe, since, required: true, neededFor, withoutIt: nothingRuns };
}

/** Kernel functions that programs call, in the program type that needs them most (linux/bpf.h). */
export const helperFeatures: readonly Feature[] = [
  helper("bpf_sk_storage_get", 107, CGROUP_SOCK, "5.9", "the creator kept with a socket"),
  helper("bpf_probe_read_kernel", 113, SOCK_ADDR, "5.5", "reading kernel structures"),
  helper("bpf_ktime_get_boot_ns", 125, SOCK_ADDR, "5.8", "time stamps that suspend does not stop"),
  helper("bpf_ringbuf_reserve", 131, SOCK_ADDR, "5.8", "events"),
  helper("bpf_get_current_task_btf", 158, SOCK_ADDR, "5.11", "knowing the calling process"),
  helper("bpf_loop", 181, SOCK_ADDR, "5.17", "searching large tables"),
  {
    name: "bpf_sock_destroy",
    probe: { kind: "kfunc" },
    since: "6.5",
    required: false,
    neededFor: "resetting open connections that a new policy forbids",
    withoutIt: "such connections hang instead of being reset",
  },
];
