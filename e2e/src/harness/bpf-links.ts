import { bpfIds } from "./bpf-ids.js";

/** Ids of all BPF links of this kernel. Ids are not given twice. */
export function linkIds(): ReadonlySet<number> {
  return bpfIds("link");
}
