import { addressOf } from "./libc.js";

/** struct msghdr with one piece of data; `keep` must stay referenced while the header is in use. */
export function message(
  address: Uint8Array,
  data: Uint8Array,
  control: Uint8Array | null,
): { readonly header: Uint8Array; readonly keep: readonly Uint8Array[] } {
  const vector = new Uint8Array(16);
  const vectorView = new DataView(vector.buffer);
  vectorView.setBigUint64(0, addressOf(data), true);
  vectorView.setBigUint64(8, BigInt(data.length), true);
  const header = new Uint8Array(56);
  const view = new DataView(header.buffer);
  view.setBigUint64(0, addressOf(address), true);
  view.setUint32(8, address.length, true);
  view.setBigUint64(16, addressOf(vector), true);
  view.setBigUint64(24, 1n, true);
  if (control !== null) {
    view.setBigUint64(32, addressOf(control), true);
    view.setBigUint64(40, BigInt(control.length), true);
  }
  return { header, keep: [vector, data, address, ...(control === null ? [] : [control])] };
}
