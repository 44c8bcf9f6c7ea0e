import { syscall } from "./syscall.js";

/** Resource numbers of getrlimit(2), equal on x86-64 and arm64. */
export const resources = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
} as const;

export type ResourceName = keyof typeof resources;

/** RLIM_INFINITY. */
export const UNLIMITED = 0xffffffffffffffffn;

/** A soft and a hard limit in the resource's own unit; UNLIMITED for none. */
export interface ResourceLimit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/** prlimit64(2) reading; pid 0 is this process. */
export function resourceLimit(resource: ResourceName, pid = 0): ResourceLimit {
  const old = new BigUint64Array(2);
  syscall("prlimit64", `read the limit "${resource}"`, pid, resources[resource], null, old);
  return { soft: old[0] ?? 0n, hard: old[1] ?? 0n };
}

/** prlimit64(2) writing; raising a hard limit needs CAP_SYS_RESOURCE. */
export function setResourceLimit(resource: ResourceName, { soft, hard }: ResourceLimit, pid = 0): void {
  const value = new BigUint64Array([soft, hard]);
  syscall("prlimit64", `set the limit "${resource}"`, pid, resources[resource], value, null);
}
