import { cpus } from "node:os";

/** Where every worker stays that makes the calls which are timed: the last one. */
export const CALLER_CPU = cpus().length - 1;
