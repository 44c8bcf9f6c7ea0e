import { type Address, addressBits, type Prefix, prefixContains } from "@ringfence/model";

/** Blocks, and how many addresses in them were never seen. */
export interface Blocks {
  readonly prefixes: readonly Prefix[];
  readonly unseen: bigint;
}

/**
 * Blocks that cover all the addresses: exactly these where there are at most `most` of such blocks, else neighbours are taken
 * together, the nearest first. The same for the same addresses, whatever their order.
 */
export function addressBlocks(addresses: readonly Address[], most: number): Blocks {
  const hosts = ([4, 6] as const).flatMap((family) => hostsOf(addresses, family));
  for (let bits = 0; ; bits++) {
    const prefixes = joinWhole(bits === 0 ? hosts : joinNear(hosts, bits));
    if (prefixes.length > most && bits < 128) continue;
    const size = prefixes.reduce((sum, prefix) => sum + sizeOf(prefix), 0n);
    return { prefixes, unseen: size - BigInt(hosts.length) };
  }
}

function hostsOf(addresses: readonly Address[], family: 4 | 6): Prefix[] {
  const values = new Set(addresses.filter((one) => one.family === family).map(({ value }) => value));
  const length = addressBits(family);
  return [...values]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((value) => ({ address: { family, value }, length }));
}

/** The smallest blocks that hold those hosts which have all but the last bits in common. */
function joinNear(hosts: readonly Prefix[], bits: number): Prefix[] {
  const joined: Prefix[] = [];
  for (const host of hosts) {
    const last = joined.at(-1);
    const both = last === undefined ? null : common(last, host);
    if (both !== null && both.length >= addressBits(both.address.family) - bits) joined.pop();
    joined.push(both !== null && both.length >= addressBits(both.address.family) - bits ? both : host);
  }
  return joined;
}

/** Joins two halves to the block that they are, until there are none. */
function joinWhole(prefixes: readonly Prefix[]): Prefix[] {
  const joined: Prefix[] = [];
  for (const prefix of prefixes) {
    let last = prefix;
    for (let before = joined.at(-1); before !== undefined; before = joined.at(-1)) {
      const both = common(before, last);
      if (both === null || sizeOf(both) !== sizeOf(before) + sizeOf(last)) break;
      joined.pop();
      last = both;
    }
    joined.push(last);
  }
  return joined;
}

/** The smallest block that holds both; null for two families. */
function common(a: Prefix, b: Prefix): Prefix | null {
  const { family } = a.address;
  if (family !== b.address.family) return null;
  if (prefixContains(a, b.address) && a.length <= b.length) return a;
  const bits = addressBits(family);
  const difference = a.address.value ^ b.address.value;
  const length = Math.min(
    a.length,
    b.length,
    difference === 0n ? bits : bits - difference.toString(2).length,
  );
  const shift = BigInt(bits - length);
  return { address: { family, value: (a.address.value >> shift) << shift }, length };
}

function sizeOf({ address, length }: Prefix): bigint {
  return 1n << BigInt(addressBits(address.family) - length);
}
