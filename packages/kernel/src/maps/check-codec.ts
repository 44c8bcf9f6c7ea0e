import type { Codec } from "../layout/codec.js";
import type { RawMap } from "./raw-map.js";

/** Refuses codecs whose sizes are not the map's: the kernel would read or write past their bytes. */
export function checkCodecs(map: RawMap, key: Codec<unknown, never>, value: Codec<unknown, never>): void {
  const { keySize, valueSize } = map.info;
  if (key.size === keySize && value.size === valueSize) return;
  const given = `keys of ${key.size} and values of ${value.size} bytes given`;
  throw new RangeError(`Cannot type map "${map.name}": ${given}, it has ${keySize} and ${valueSize}`);
}
