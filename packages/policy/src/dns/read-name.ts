import { DnsFaultError } from "./dns-fault.js";
import { HEADER_BYTES, LABEL_BYTES, MESSAGE_STEPS, NAME_BYTES, NAME_HOPS } from "./dns-limits.js";
import { lowerCase } from "./lower-case.js";

export interface ReadName {
  /** on the wire and in lower case, without compression and without the root's empty label */
  readonly name: Uint8Array;
  /** offset behind the name, where it began */
  readonly end: number;
  readonly compressed: boolean;
}

/** Labels and pointers walked so far in one message. */
export interface StepCount {
  steps: number;
}

/**
 * Reads the name at an offset (RFC 1035, 3.1 and 4.1.4). A pointer must go to before the place where the labels that
 * it ends began, and not into the header: so no name can point at itself. Throws DnsFaultError.
 */
export function readName(bytes: Uint8Array, start: number, count: StepCount): ReadName {
  const labels: number[] = [];
  let end: number | null = null;
  let from = start;
  let at = start;
  let hops = 0;
  for (;;) {
    count.steps += 1;
    const length = byteAt(bytes, at);
    if (length === 0) break;
    if (length >= 0xc0) {
      end ??= at + 2;
      const target = ((length & 0x3f) << 8) | byteAt(bytes, at + 1);
      hops += 1;
      if (target < HEADER_BYTES || target >= from || hops > NAME_HOPS) throw new DnsFaultError("name");
      from = target;
      at = target;
      continue;
    }
    if (length > LABEL_BYTES || labels.length + length + 1 > NAME_BYTES) throw new DnsFaultError("name");
    // a label that is cut is seen at its end, where the next one begins
    labels.push(...bytes.subarray(at, at + length + 1));
    at += length + 1;
  }
  if (count.steps > MESSAGE_STEPS) throw new DnsFaultError("name");
  return { name: lowerCase(Uint8Array.from(labels)), end: end ?? at + 1, compressed: hops > 0 };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new DnsFaultError("name");
  return byte;
}
