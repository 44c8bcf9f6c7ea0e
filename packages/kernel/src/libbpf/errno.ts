import { getSystemErrorMap } from "node:util";

/** Positive errno of libbpf's negative result, as text: "permission denied (EPERM)". */
export function errnoText(errno: number): string {
  const entry = getSystemErrorMap().get(-errno);
  return entry === undefined ? `error ${errno}` : `${entry[1]} (${entry[0]})`;
}

/** Value of the kernel-internal ENOTSUPP, which bpf() lets through and errno.h lacks. */
export const ENOTSUPP = 524;
