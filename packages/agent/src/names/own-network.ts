import { statSync } from "node:fs";
import { networkCookie } from "@ringfence/kernel/system";

/** A network namespace, as packet programs know it and as events name it. */
export interface NetworkId {
  readonly cookie: bigint;
  readonly inode: number;
}

/** The network namespace of this process. */
export function ownNetwork(): NetworkId {
  return { cookie: networkCookie(), inode: statSync("/proc/self/ns/net").ino };
}
