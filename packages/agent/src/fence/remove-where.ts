import type { RawMap } from "@ringfence/kernel";

/** Removes the entries of a hash in whose key the 32-bit number at `offset` satisfies the predicate. */
export function removeWhere(map: RawMap, offset: number, holds: (number: number) => boolean): void {
  const { keySize } = map.info;
  const gone: Uint8Array[] = [];
  for (const { count, keys } of map.batches()) {
    const view = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
    for (let i = 0; i < count; i++) {
      if (holds(view.getUint32(i * keySize + offset, true)))
        gone.push(keys.slice(i * keySize, (i + 1) * keySize));
    }
  }
  for (const key of gone) map.delete(key);
}
