import { readFileSync } from "node:fs";

/** True where the kernel can end a connection that rests: bpf_sock_destroy() came with Linux 6.5. */
export function canReset(): boolean {
  return readFileSync("/proc/kallsyms", "utf8").includes(" bpf_sock_destroy");
}
