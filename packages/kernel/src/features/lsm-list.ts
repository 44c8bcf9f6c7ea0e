import { closeSync, readFileSync } from "node:fs";
import { detachedMount } from "../system/detached-mount.js";

/** Names of the security modules in force, or null where the kernel does not tell. */
export function lsmList(): readonly string[] | null {
  return readList("/sys/kernel/security") ?? readUnmounted();
}

function readList(root: string): readonly string[] | null {
  try {
    return readFileSync(`${root}/lsm`, "utf8").trim().split(",");
  } catch {
    return null;
  }
}

/** Containers and small systems do not mount securityfs. */
function readUnmounted(): readonly string[] | null {
  let fd: number;
  try {
    fd = detachedMount("securityfs");
  } catch {
    return null;
  }
  try {
    return readList(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}
