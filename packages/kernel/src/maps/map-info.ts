import koffi from "koffi";
import { objectInfo } from "../libbpf/object-info.js";

/** What the kernel says about a map (struct bpf_map_info). Sizes in bytes. */
export interface MapInfo {
  readonly type: number;
  readonly id: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** cut to 15 bytes by the kernel */
  readonly name: string;
}

interface NativeInfo {
  readonly type: number;
  readonly id: number;
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
  readonly map_flags: number;
  readonly name: string;
}

const infoType = koffi.struct({
  type: "uint32_t",
  id: "uint32_t",
  key_size: "uint32_t",
  value_size: "uint32_t",
  max_entries: "uint32_t",
  map_flags: "uint32_t",
  name: koffi.array("char", 16),
});

/** Asks the kernel about a map. */
export function mapInfo(fd: number): MapInfo {
  const info = objectInfo<NativeInfo>(fd, infoType);
  return {
    type: info.type,
    id: info.id,
    keySize: info.key_size,
    valueSize: info.value_size,
    maxEntries: info.max_entries,
    flags: info.map_flags,
    name: info.name,
  };
}
