import { SystemError, syscall } from "@ringfence/kernel/system";

const BPF_LINK_GET_NEXT_ID = 31;
const ATTRIBUTE_BYTES = 16;

/** Ids of all BPF links of this kernel. Ids are not given twice. */
export function linkIds(): ReadonlySet<number> {
  const ids = new Set<number>();
  const attributes = new Uint8Array(ATTRIBUTE_BYTES);
  const view = new DataView(attributes.buffer);
  for (;;) {
    try {
      syscall("bpf", "list links", BPF_LINK_GET_NEXT_ID, attributes, ATTRIBUTE_BYTES);
    } catch (error) {
      if (error instanceof SystemError && error.code === "ENOENT") return ids;
      throw error;
    }
    const id = view.getUint32(4, true);
    ids.add(id);
    view.setUint32(0, id, true);
  }
}
