import { syscall } from "./syscall.js";

/** What a signal does, where no handler is concerned. */
export type SignalDisposition = "default" | "ignore" | "handler";

const SIG_BLOCK = 0;
const SIG_SETMASK = 2;
const KERNEL_MASK_BYTES = 8;

/** The kernel's own struct sigaction: handler, flags, restorer, mask, eight bytes each. */
const emptyAction = () => new BigUint64Array(4);

/** The present disposition of a signal; "handler" is what a runtime installed for itself. */
export function signalDisposition(signal: number): SignalDisposition {
  const old = emptyAction();
  syscall("rt_sigaction", `read the disposition of signal ${signal}`, signal, null, old, KERNEL_MASK_BYTES);
  const handler = old[0] ?? 0n;
  return handler === 0n ? "default" : handler === 1n ? "ignore" : "handler";
}

/** Sets a signal to its default or to ignored, both of which survive execve. */
export function setSignalDisposition(signal: number, disposition: "default" | "ignore"): void {
  const action = emptyAction();
  action[0] = disposition === "ignore" ? 1n : 0n;
  syscall("rt_sigaction", `set signal ${signal} to ${disposition}`, signal, action, null, KERNEL_MASK_BYTES);
}

/** The calling thread's blocked signals; signal n is bit n-1, as in SigBlk of /proc/PID/status. */
export function signalMask(): bigint {
  const old = new BigUint64Array(1);
  syscall("rt_sigprocmask", "read the signal mask", SIG_BLOCK, null, old, KERNEL_MASK_BYTES);
  return old[0] ?? 0n;
}

/** Sets the calling thread's blocked signals; the kernel drops SIGKILL and SIGSTOP from the mask. */
export function setSignalMask(mask: bigint): void {
  const value = new BigUint64Array([mask]);
  syscall("rt_sigprocmask", "set the signal mask", SIG_SETMASK, value, null, KERNEL_MASK_BYTES);
}
