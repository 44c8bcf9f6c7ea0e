import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

const nativeKill = libc.func<(pid: number, signal: number) => number>("int kill(int pid, int signal)");
const nativeRaise = libc.func<(signal: number) => number>("int raise(int signal)");
const nativeExit = libc.func<(status: number) => void>("void _exit(int status)");
const nativeUmask = libc.func<(mask: number) => number>("uint32_t umask(uint32_t mask)");
const nativeSetpgid = libc.func<(pid: number, group: number) => number>("int setpgid(int pid, int group)");
const nativeSetsid = libc.func<() => number>("int setsid(void)");

/** kill(2) by number: a negative pid is a process group, signal 0 only asks whether it exists. */
export function kill(pid: number, signal: number): void {
  checkResult(nativeKill()(pid, signal), "kill", `send signal ${signal} to process ${pid}`);
}

/** raise(3): sends a signal to the calling thread, past any handler Node installed for itself. */
export function raise(signal: number): void {
  checkResult(nativeRaise()(signal), "raise", `raise signal ${signal}`);
}

/** _exit(2): ends the process at once, with no exit handler and no flush. */
export function exitNow(status: number): never {
  nativeExit()(status);
  throw new Error(`Cannot exit with status ${status}: _exit returned`);
}

/** umask(2): sets the mask and returns the one before. */
export function umask(mask: number): number {
  return nativeUmask()(mask);
}

/** setpgid(2); 0 means the calling process, or a group named after it. */
export function setProcessGroup(pid: number, group: number): void {
  checkResult(nativeSetpgid()(pid, group), "setpgid", `move process ${pid} to group ${group}`);
}

/** setsid(2): a session of its own, without a terminal; returns its number. */
export function setSession(): number {
  return checkResult(nativeSetsid()(), "setsid", "start a session");
}
