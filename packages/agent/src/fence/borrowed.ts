import type { BpfObject } from "@ringfence/kernel";
import { inNetworkNamespaces } from "../host/network-namespaces.js";
import { readFence } from "../observe/flows.js";
import { fencedProcesses } from "./fenced-processes.js";
import { borrowedEnds, borrowedSearch } from "./hooks.js";
import { runIterator } from "./run-iterator.js";

/** Has `load` include the programs that look for sockets that were connected outside. */
export function includeSearch(object: BpfObject): void {
  for (const name of [borrowedSearch, ...borrowedEnds]) object.setAutoload(name, true);
}

/** Looks through the descriptors of the fence, and ends what it found and the policy denies. */
export function searchBorrowed(object: BpfObject): void {
  const denied = () => readFence(object.rawMap("fence")).borrowed_denied;
  const before = denied();
  runIterator(object, borrowedSearch);
  if (denied() === before) return;
  inNetworkNamespaces(fencedProcesses(object.rawMap("processes")), () => {
    for (const name of borrowedEnds) runIterator(object, name);
  });
}
