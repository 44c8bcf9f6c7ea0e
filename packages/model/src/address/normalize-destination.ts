import type { Address } from "./address.js";
import type { Prefix } from "./prefix.js";

const mappedTop = 0xffffn;
const loopback4: Address = { family: 4, value: 0x7f000001n };
const loopback6: Address = { family: 6, value: 1n };

/** Turns ::ffff:a.b.c.d into a.b.c.d; every other address is returned as it is. */
export function unmapAddress(address: Address): Address {
  if (address.family === 4 || address.value >> 32n !== mappedTop) return address;
  return { family: 4, value: address.value & 0xffffffffn };
}

/** The same for a block: ::ffff:10.0.0.0/104 is 10.0.0.0/8. Blocks that reach beyond the mapped range stay. */
export function unmapPrefix(prefix: Prefix): Prefix {
  if (prefix.length < 96) return prefix;
  const address = unmapAddress(prefix.address);
  return address.family === prefix.address.family ? prefix : { address, length: prefix.length - 96 };
}

/**
 * The address that a packet to `address` really reaches: v4-mapped is IPv4, and Linux sends a packet for the
 * unspecified address (0.0.0.0, ::, ::ffff:0.0.0.0) to loopback.
 */
export function normalizeDestination(address: Address): Address {
  const plain = unmapAddress(address);
  if (plain.value !== 0n) return plain;
  return plain.family === 4 ? loopback4 : loopback6;
}
