import type { Codec } from "./codec.js";

/** An unsigned 32-bit integer, as array keys are. */
export const u32Codec: Codec<number> = {
  size: 4,
  decode: (view, offset) => view.getUint32(offset, true),
  encode: (value, view, offset) => view.setUint32(offset, value, true),
};

/** An unsigned 64-bit integer. */
export const u64Codec: Codec<bigint> = {
  size: 8,
  decode: (view, offset) => view.getBigUint64(offset, true),
  encode: (value, view, offset) => view.setBigUint64(offset, value, true),
};

/** Uninterpreted bytes of a fixed length; decoded as a view, encoded with zeros after shorter input. */
export function bytesCodec(size: number): Codec<Uint8Array> {
  return {
    size,
    decode: (view, offset) => new Uint8Array(view.buffer, view.byteOffset + offset, size),
    encode: (value, view, offset) => {
      if (value.length > size) throw new RangeError(`Cannot encode ${value.length} bytes into ${size}`);
      const target = new Uint8Array(view.buffer, view.byteOffset + offset, size);
      target.set(value);
      target.fill(0, value.length);
    },
  };
}
