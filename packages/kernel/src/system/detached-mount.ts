import { closeSync } from "node:fs";
import { fsconfigCreate, fsmount, fsopen } from "./mount-api.js";

/**
 * Mounts a file system of the kernel where only this process sees it, at /proc/self/fd/N, until the descriptor N that
 * is returned is closed. Throws SystemError.
 */
export function detachedMount(type: string): number {
  const fs = fsopen(type);
  try {
    fsconfigCreate(fs);
    return fsmount(fs);
  } finally {
    closeSync(fs);
  }
}
