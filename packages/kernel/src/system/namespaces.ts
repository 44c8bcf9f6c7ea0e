import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

/** Namespace bits of unshare(2) and setns(2). */
export const CLONE_NEWTIME = 0x80;
export const CLONE_NEWNS = 0x20000;
export const CLONE_NEWCGROUP = 0x2000000;
export const CLONE_NEWUTS = 0x4000000;
export const CLONE_NEWIPC = 0x8000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWNET = 0x40000000;

const nativeUnshare = libc.func<(flags: number) => number>("int unshare(int flags)");
const nativeSetns = libc.func<(fd: number, type: number) => number>("int setns(int fd, int type)");

/**
 * unshare(2) for the calling thread alone: Node's worker threads keep the old namespaces,
 * and CLONE_NEWUSER is refused (EINVAL) in a process with threads.
 */
export function unshare(flags: number): void {
  checkResult(nativeUnshare()(flags), "unshare", `make new namespaces (flags 0x${flags.toString(16)})`);
}

/** setns(2) for the calling thread; `type` 0 takes whatever namespace the descriptor is. */
export function setns(fd: number, type = 0): void {
  checkResult(nativeSetns()(fd, type), "setns", `enter the namespace of descriptor ${fd}`);
}
