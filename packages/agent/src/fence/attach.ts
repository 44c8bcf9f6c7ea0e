import { closeSync, readFileSync } from "node:fs";
import { type BpfLink, type BpfObject, type Cgroup2, layout, StructCodec, u32Codec } from "@ringfence/kernel";
import { runIterator } from "./run-iterator.js";

/** A lineage deeper than this many passes would need is cut; each pass carries ancestors down at least one level. */
const LINEAGE_PASSES = 64;

const fenceCodec = new StructCodec(layout.rf_fence, "rf_fence");

/** Sizes of the tables of names where nobody reads DNS: they take 12 MB. */
export const withoutNames = {
  queries: 1,
  dns_rooms: 1,
  domains: 1,
  addresses: 1,
  domain_places: 1,
  address_places: 1,
};

/** Attaches programs to a cgroup, one after the other. */
export function* attachAt(
  object: BpfObject,
  cgroups: Cgroup2,
  path: string,
  programs: readonly string[],
): Generator<BpfLink> {
  const fd = cgroups.openDirectory(path);
  try {
    for (const name of programs) yield object.program(name).attachCgroup(fd);
  } finally {
    closeSync(fd);
  }
}

/** Records the processes that already run; what their lines were too, if a policy may ask. */
export function scanProcesses(object: BpfObject, lineage: boolean): void {
  runIterator(object, "process_scan");
  if (lineage) completeLineage(object);
}

/** Passes ancestors from parent to child until nothing changes, whatever order the process ids have. */
function completeLineage(object: BpfObject): void {
  const state = object.map("fence", u32Codec, fenceCodec);
  let seen = 0;
  for (let pass = 0; pass < LINEAGE_PASSES; pass++) {
    runIterator(object, "lineage_scan");
    const changed = state.get(0)?.changed ?? 0;
    if (changed === seen) return;
    seen = changed;
  }
}

/** Writes the fence's own state, before anything is attached. */
export function beginFence(
  object: BpfObject,
  state: Pick<layout.rf_fence, "cgroup" | "packet_cgroup" | "next_flow" | "flow_limit">,
): void {
  object.map("fence", u32Codec, fenceCodec).set(0, {
    live: 0n,
    orphans: 0n,
    entered: 0,
    changed: 0,
    cgroup_level: 0,
    guarded: 0,
    borrowed_denied: 0,
    borrowed_open: 0,
    next_peer: 0,
    held_back: 0,
    ...state,
  });
}

/** The kernel never runs more processes than threads-max, so a table of that size cannot be full. */
export function maxProcesses(): number {
  return Number(readFileSync("/proc/sys/kernel/threads-max", "utf8"));
}
