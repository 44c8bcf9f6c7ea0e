/** The Mersenne prime 2^61 - 1, in whose field names are hashed. */
export const NAME_HASH_PRIME = 2n ** 61n - 1n;

/**
 * The hash by which names are compared, in the kernel too: the polynomial whose coefficients are the name's bytes, four
 * at a time from its right end as little-endian numbers, at a secret point (Carter and Wegman 1979). Two names are taken
 * for one with a probability below 64 / 2^61, and nobody can search for such a pair without the secret.
 * @param name on the wire and in lower case, without the root's empty label
 * @param secret from 1 to 2^61 - 2
 */
export function nameHash(name: Uint8Array, secret: bigint): bigint {
  let hash = 0n;
  for (let end = name.length; end > 0; end -= 4) {
    hash = (hash * secret + wordEndingAt(name, end)) % NAME_HASH_PRIME;
  }
  return hash;
}

/** The hashes of a name and of each name above it, shortest first: what patterns such as `*.example.com` look up. */
export function suffixHashes(name: Uint8Array, secret: bigint): bigint[] {
  const hashes: bigint[] = [];
  for (let at = 0; at < name.length; at += (name[at] ?? 0) + 1) {
    hashes.unshift(nameHash(name.subarray(at), secret));
  }
  return hashes;
}

/** Bytes that lie before the name's begin are zero. No two names get the same words: a label's length is never zero. */
function wordEndingAt(name: Uint8Array, end: number): bigint {
  const byte = (at: number) => name[at] ?? 0;
  const high = byte(end - 1) * 2 ** 24;
  return BigInt(high + byte(end - 2) * 2 ** 16 + byte(end - 3) * 2 ** 8 + byte(end - 4));
}
