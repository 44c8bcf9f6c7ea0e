/**
 * Reads four decimal octets. Leading zeros are refused: some systems read 010 as eight, and a policy must not
 * depend on who reads it.
 */
export function parseIpv4(text: string): bigint | null {
  const value = parseIpv4Number(text);
  return value === null ? null : BigInt(value);
}

function parseIpv4Number(text: string): number | null {
  const octets = text.split(".");
  if (octets.length !== 4) return null;
  let value = 0;
  for (const octet of octets) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(octet)) return null;
    const byte = Number(octet);
    if (byte > 255) return null;
    value = value * 256 + byte;
  }
  return value;
}

/** Writes the dotted form of a 32-bit value. */
export function formatIpv4(value: bigint): string {
  const number = Number(value);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join(".");
}
