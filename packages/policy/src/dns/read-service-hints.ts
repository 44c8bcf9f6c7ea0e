import { DnsFaultError } from "./dns-fault.js";
import { readName, type StepCount } from "./read-name.js";

/** Keys of the parameters that hold addresses (RFC 9460, 14.3.2). */
const hintFamilies: ReadonlyMap<number, 4 | 6> = new Map([
  [4, 4],
  [6, 6],
]);

export interface Hint {
  readonly at: number;
  readonly family: 4 | 6;
}

/**
 * The address hints of an SVCB or HTTPS record (RFC 9460, 2.2): the target's name must be uncompressed, keys ascend, a
 * hint holds whole addresses and at least one. In alias mode (priority 0) the parameters are ignored, but must be well
 * formed. Throws DnsFaultError.
 */
export function readServiceHints(bytes: Uint8Array, start: number, end: number, count: StepCount): Hint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (end - start < 3) throw new DnsFaultError("data");
  const isAlias = view.getUint16(start) === 0;
  const target = readName(bytes, start + 2, count);
  if (target.compressed || target.end > end) throw new DnsFaultError("data");
  const hints: Hint[] = [];
  let last = -1;
  for (let at = target.end; at < end; ) {
    if (end - at < 4) throw new DnsFaultError("data");
    const key = view.getUint16(at);
    const length = view.getUint16(at + 2);
    at += 4;
    if (key <= last || length > end - at) throw new DnsFaultError("data");
    last = key;
    const family = hintFamilies.get(key);
    if (family !== undefined) {
      const size = family === 4 ? 4 : 16;
      if (length === 0 || length % size !== 0) throw new DnsFaultError("data");
      for (let hint = at; hint < at + length; hint += size) hints.push({ at: hint, family });
    }
    at += length;
  }
  return isAlias ? [] : hints;
}
