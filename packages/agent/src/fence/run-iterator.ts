import { type BpfObject, iterate } from "@ringfence/kernel";

/** Runs an iterator program of a loaded object over everything it iterates, in the caller's namespaces. */
export function runIterator(object: BpfObject, program: string): void {
  using link = object.program(program).attachIter();
  iterate(link);
}
