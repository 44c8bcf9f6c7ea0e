import { constants } from "node:os";
import koffi from "koffi";
import { libc } from "./libc.js";
import { SystemError } from "./system-error.js";

const LOCK_EX = 2;
const LOCK_NB = 4;
const nativeFlock = libc.func<(fd: number, operation: number) => number>("int flock(int fd, int operation)");

/**
 * flock(2): takes the exclusive lock of an open file without waiting; false when somebody else holds it. The lock ends with
 * the last copy of the descriptor, however its holder ends.
 */
export function tryLock(fd: number): boolean {
  if (nativeFlock()(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const errno = koffi.errno();
  if (errno === constants.errno.EWOULDBLOCK) return false;
  throw new SystemError("flock", errno, `lock the file of descriptor ${fd}`);
}
