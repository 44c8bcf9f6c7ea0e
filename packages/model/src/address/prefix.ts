import { type Address, addressBits } from "./address.js";
import { formatAddress, parseAddress } from "./address-text.js";

/** A block of addresses: those that share the first `length` bits with `address`. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** Reads `ADDRESS/LENGTH`, or an address alone as a block of one; host bits are kept for the caller to judge. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = addressBits(address.family);
  if (slash < 0) return { address, length: bits };
  const lengthText = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(lengthText)) return null;
  const length = Number(lengthText);
  return length > bits ? null : { address, length };
}

/** `10.0.0.0/8`; a block of one address is written without its length. */
export function formatPrefix(prefix: Prefix): string {
  const text = formatAddress(prefix.address);
  return prefix.length === addressBits(prefix.address.family) ? text : `${text}/${prefix.length}`;
}

/** The block's lowest address: `prefix` with its host bits cleared. */
export function networkOf(prefix: Prefix): Prefix {
  const { family, value } = prefix.address;
  return { address: { family, value: value & ~hostMask(prefix) }, length: prefix.length };
}

/** True when bits beyond the prefix length are set, as in 10.0.0.1/8. */
export function hasHostBits(prefix: Prefix): boolean {
  return (prefix.address.value & hostMask(prefix)) !== 0n;
}

/** The block's lowest and highest address as numbers. */
export function prefixRange(prefix: Prefix): { readonly first: bigint; readonly last: bigint } {
  const mask = hostMask(prefix);
  return { first: prefix.address.value & ~mask, last: prefix.address.value | mask };
}

/** True when the address lies in the block; families never mix. */
export function prefixContains(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family !== address.family) return false;
  const shift = BigInt(addressBits(address.family) - prefix.length);
  return prefix.address.value >> shift === address.value >> shift;
}

/** True when every address of `inner` lies in `outer`. */
export function prefixCovers(outer: Prefix, inner: Prefix): boolean {
  return outer.length <= inner.length && prefixContains(outer, inner.address);
}

function hostMask(prefix: Prefix): bigint {
  return (1n << BigInt(addressBits(prefix.address.family) - prefix.length)) - 1n;
}
