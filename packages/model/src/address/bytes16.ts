import type { Address } from "./address.js";
import { unmapAddress } from "./normalize-destination.js";

/** Sixteen bytes in network order, IPv4 as ::ffff:a.b.c.d: the one form of an address in kernel records. */
export function toBytes16(address: Address): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  if (address.family === 4) {
    view.setUint16(10, 0xffff);
    view.setUint32(12, Number(address.value));
  } else {
    view.setBigUint64(0, address.value >> 64n);
    view.setBigUint64(8, BigInt.asUintN(64, address.value));
  }
  return bytes;
}

/** The inverse of `toBytes16`; throws RangeError unless there are sixteen bytes. */
export function fromBytes16(bytes: Uint8Array): Address {
  if (bytes.length !== 16) throw new RangeError(`Cannot read an address from ${bytes.length} bytes, need 16`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return unmapAddress({ family: 6, value: (view.getBigUint64(0) << 64n) | view.getBigUint64(8) });
}
