import { MemoryMap, pageSize } from "../system/memory-map.js";
import type { MapInfo } from "./map-info.js";

/** Of linux/bpf.h: an array map whose elements may be mapped into memory. */
const BPF_F_MMAPABLE = 1 << 10;
/** The kernel keeps each element at a multiple of this. */
const ELEMENT_ALIGNMENT = 8;

/** True if elements lie one after the other in memory that this process may map. */
export function isMappable({ flags, valueSize }: MapInfo): boolean {
  return (flags & BPF_F_MMAPABLE) !== 0 && valueSize % ELEMENT_ALIGNMENT === 0;
}

/** Copies bytes into a mappable array map: a hundred times faster than an update for each element. */
export function writeMapped(fd: number, start: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const page = pageSize();
  const offset = start - (start % page);
  const end = Math.ceil((start + bytes.length) / page) * page;
  const memory = new MemoryMap(fd, offset, end - offset, true);
  try {
    new Uint8Array(memory.buffer).set(bytes, start - offset);
  } finally {
    memory.unmap();
  }
}
