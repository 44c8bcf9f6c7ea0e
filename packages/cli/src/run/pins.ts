import { closeSync } from "node:fs";
import type { Fence } from "@ringfence/agent";
import { fsconfigCreate, fsmount, fsopen } from "@ringfence/kernel/system";

/**
 * A BPF file system that nothing shows, with all links pinned in it. The launcher mounts it in the command's mount
 * namespace, out of reach: the links then live as long as anything runs there, whoever kills our own processes.
 */
export function pinInPrivateMount(fence: Fence): number {
  const context = fsopen("bpf");
  fsconfigCreate(context);
  const mount = fsmount(context);
  closeSync(context);
  fence.pinLinks(`/proc/self/fd/${mount}`);
  return mount;
}
