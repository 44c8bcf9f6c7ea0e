/** An IP address as its family and its bits: 32 for IPv4, 128 for IPv6. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** Address length in bits: 32 or 128. */
export function addressBits(family: 4 | 6): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** Same family, same bits; a v4-mapped address is not equal to the IPv4 address inside it. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value;
}
