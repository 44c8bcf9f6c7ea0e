import type { Codec } from "../layout/codec.js";

/** The bytes of one value. */
export function encodeOne<T, I>(codec: Codec<T, I>, value: I): Uint8Array {
  const bytes = new Uint8Array(codec.size);
  codec.encode(value, new DataView(bytes.buffer), 0);
  return bytes;
}

/** The bytes of many values without gaps. */
export function encodeMany<T, I>(codec: Codec<T, I>, values: readonly I[]): Uint8Array {
  const bytes = new Uint8Array(codec.size * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) codec.encode(value, view, index * codec.size);
  return bytes;
}

/** A view over exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
