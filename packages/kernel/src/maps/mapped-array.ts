import { MemoryMap, pageSize } from "../system/memory-map.js";
import type { MapInfo } from "./map-info.js";

/** Of linux/bpf.h: an array map whose elements may be mapped into memory. */
const BPF_F_MMAPABLE = 1 << 10;
/** The kernel keeps each element at a multiple of this. */
const ELEMENT_ALIGNMENT = 8;

/** True if the elements lie in memory that this process may map. */
export function isMappable({ flags }: MapInfo): boolean {
  return (flags & BPF_F_MMAPABLE) !== 0;
}

/** Copies values into a mappable array map from an element on: a hundred times faster than an update for each. */
export function writeMapped(fd: number, { valueSize }: MapInfo, first: number, values: Uint8Array): void {
  if (values.length === 0) return;
  const stride = Math.ceil(valueSize / ELEMENT_ALIGNMENT) * ELEMENT_ALIGNMENT;
  const start = first * stride;
  const length = (values.length / valueSize) * stride;
  const page = pageSize();
  const offset = start - (start % page);
  const end = Math.ceil((start + length) / page) * page;
  const memory = new MemoryMap(fd, offset, end - offset, true);
  try {
    copyElements(values, valueSize, new Uint8Array(memory.buffer, start - offset, length), stride);
  } finally {
    memory.unmap();
  }
}

/** Puts values that lie one after the other to every `stride` bytes. */
function copyElements(values: Uint8Array, valueSize: number, target: Uint8Array, stride: number): void {
  if (stride === valueSize) {
    target.set(values);
    return;
  }
  for (let from = 0, to = 0; from < values.length; to += stride) {
    for (let byte = 0; byte < valueSize; byte++) target[to + byte] = values[from++] ?? 0;
  }
}
