import type { Address } from "./address.js";
import { formatIpv4, parseIpv4 } from "./ipv4-text.js";
import { formatIpv6, parseIpv6 } from "./ipv6-text.js";

/** Reads an IPv4 or IPv6 address; null when the text is neither. Zone identifiers (`%eth0`) are refused. */
export function parseAddress(text: string): Address | null {
  if (text.includes(":")) {
    const value = parseIpv6(text);
    return value === null ? null : { family: 6, value };
  }
  const value = parseIpv4(text);
  return value === null ? null : { family: 4, value };
}

/** The canonical text: dotted for IPv4, RFC 5952 for IPv6. */
export function formatAddress(address: Address): string {
  return address.family === 4 ? formatIpv4(address.value) : formatIpv6(address.value);
}
