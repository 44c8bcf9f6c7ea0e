import { SystemError, syscall } from "@ringfence/kernel/system";

const NEXT_ID = { program: 11, map: 12, link: 31 } as const;
const ATTRIBUTE_BYTES = 16;

/** What the kernel gives ids to. */
export type BpfKind = keyof typeof NEXT_ID;

/** The next id of this kernel after the given one; undefined when there is none. Ids are not given twice. */
export function nextBpfId(kind: BpfKind, after: number): number | undefined {
  const attributes = new Uint8Array(ATTRIBUTE_BYTES);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, after, true);
  try {
    syscall("bpf", `list ${kind}s`, NEXT_ID[kind], attributes, ATTRIBUTE_BYTES);
  } catch (error) {
    if (error instanceof SystemError && error.code === "ENOENT") return undefined;
    throw error;
  }
  return view.getUint32(4, true);
}

/** Ids of everything of that kind. */
export function bpfIds(kind: BpfKind): ReadonlySet<number> {
  const ids = new Set<number>();
  for (let id = nextBpfId(kind, 0); id !== undefined; id = nextBpfId(kind, id)) ids.add(id);
  return ids;
}
