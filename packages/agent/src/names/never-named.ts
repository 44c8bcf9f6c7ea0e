import { type Address, type Prefix, parsePrefix, prefixContains, unmapAddress } from "@ringfence/model";

/** As is_never_named() of the kernel side. */
const never = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10"].map(
  (text) => parsePrefix(text) as Prefix,
);

/** True for loopback, link-local and unspecified addresses: no name may lead there (rebinding). */
export function isNeverNamed(address: Address): boolean {
  const unmapped = unmapAddress(address);
  return never.some((prefix) => prefixContains(prefix, unmapped));
}
