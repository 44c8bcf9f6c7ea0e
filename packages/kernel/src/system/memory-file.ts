import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

const MFD_CLOEXEC = 1;
const nativeCreate = libc.func<(name: string, flags: number) => number>(
  "int memfd_create(const char *name, unsigned int flags)",
);

/** memfd_create(2): an empty file in memory that no path leads to. Returns its descriptor, which closes at execve. */
export function createMemoryFile(name: string): number {
  return checkResult(nativeCreate()(name, MFD_CLOEXEC), "memfd_create", "create a file in memory");
}
