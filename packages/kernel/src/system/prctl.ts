import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

/** Operations of prctl(2) used here. */
export const PR_SET_PDEATHSIG = 1;
export const PR_GET_DUMPABLE = 3;
export const PR_SET_DUMPABLE = 4;
export const PR_GET_KEEPCAPS = 7;
export const PR_SET_KEEPCAPS = 8;
export const PR_CAPBSET_READ = 23;
export const PR_CAPBSET_DROP = 24;
export const PR_GET_SECUREBITS = 27;
export const PR_SET_SECUREBITS = 28;
export const PR_SET_CHILD_SUBREAPER = 36;
export const PR_GET_CHILD_SUBREAPER = 37;
export const PR_SET_NO_NEW_PRIVS = 38;
export const PR_GET_NO_NEW_PRIVS = 39;
export const PR_CAP_AMBIENT = 47;
export const PR_CAP_AMBIENT_RAISE = 2;
export const PR_CAP_AMBIENT_CLEAR_ALL = 4;

type Prctl = (option: number, a: number, b: number, c: number, d: number) => number;

const nativePrctl = libc.func<Prctl>(
  "int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)",
);

/** prctl(2) for the calling thread, with integer arguments; returns its result. */
export function prctl(option: number, a = 0, b = 0, c = 0, d = 0): number {
  return checkResult(nativePrctl()(option, a, b, c, d), "prctl", `do prctl operation ${option}`);
}
