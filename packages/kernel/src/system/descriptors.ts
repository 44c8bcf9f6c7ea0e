import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";
import { syscall } from "./syscall.js";

/** Commands and bits of fcntl(2) and close_range(2). */
export const FD_CLOEXEC = 1;
export const O_NONBLOCK = 0o4000;
export const CLOSE_RANGE_CLOEXEC = 4;
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const LAST_DESCRIPTOR = 0xffffffff;

type Fcntl = (fd: number, command: number, argument: number) => number;
const nativeFcntl = libc.func<Fcntl>("int fcntl(int fd, int command, intptr_t argument)");
const nativeDup2 = libc.func<(from: number, to: number) => number>("int dup2(int from, int to)");

function fcntl(fd: number, command: number, argument: number, action: string): number {
  return checkResult(nativeFcntl()(fd, command, argument), "fcntl", `${action} of descriptor ${fd}`);
}

/** The open file's status flags (O_NONBLOCK, O_APPEND, access mode), shared by all who hold it. */
export function statusFlags(fd: number): number {
  return fcntl(fd, F_GETFL, 0, "read the status flags");
}

/** Sets the open file's status flags for everybody who shares it. */
export function setStatusFlags(fd: number, flags: number): void {
  fcntl(fd, F_SETFL, flags, "set the status flags");
}

/** True when the descriptor closes at execve. */
export function closesOnExec(fd: number): boolean {
  return (fcntl(fd, F_GETFD, 0, "read the flags") & FD_CLOEXEC) !== 0;
}

/** Keeps a descriptor across execve, or not. */
export function setCloseOnExec(fd: number, close: boolean): void {
  fcntl(fd, F_SETFD, close ? FD_CLOEXEC : 0, "set the flags");
}

/**
 * close_range(2), Linux 5.9, both ends included.
 * With CLOSE_RANGE_CLOEXEC (5.11) the descriptors stay open until execve, which Node itself needs.
 */
export function closeRange(first: number, last = LAST_DESCRIPTOR, flags = 0): void {
  syscall("close_range", `close the descriptors from ${first}`, first, last, flags);
}

/** dup2(2): makes `to` a copy of `from`, kept across execve. */
export function duplicateDescriptor(from: number, to: number): void {
  checkResult(nativeDup2()(from, to), "dup2", `copy descriptor ${from} to ${to}`);
}
