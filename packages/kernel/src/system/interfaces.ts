import { readFileSync } from "node:fs";
import { libc } from "./libc.js";

/** An interface of the calling thread's network namespace. */
export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
}

const nameToIndex = libc.func<(name: string) => number>("unsigned int if_nametoindex(const char *name)");

/** All interfaces of this network namespace, up or not; one that goes meanwhile is left out. */
export function interfaces(): NetworkInterface[] {
  return readFileSync("/proc/thread-self/net/dev", "utf8")
    .split("\n")
    .flatMap((line) => /^\s*(\S+):/.exec(line)?.[1] ?? [])
    .map((name) => ({ name, index: nameToIndex()(name) }))
    .filter(({ index }) => index > 0);
}
