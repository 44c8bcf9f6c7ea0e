/** ASCII letters in lower case (RFC 4343). The lengths of labels, at most 63, are no letters and stay. */
export function lowerCase(wire: Uint8Array): Uint8Array {
  return wire.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
}
