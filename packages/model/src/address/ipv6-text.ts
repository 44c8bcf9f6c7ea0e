import { formatIpv4, parseIpv4 } from "./ipv4-text.js";

const groupCount = 8;

/** Reads the text forms of RFC 4291 section 2.2, the one with an embedded dotted IPv4 tail included. */
export function parseIpv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  if (head === null) return null;
  if (halves.length === 1) return head.length === groupCount ? join(head) : null;
  const tail = parseGroups(halves[1] ?? "", true);
  if (tail === null) return null;
  const missing = groupCount - head.length - tail.length;
  // "::" stands for at least one group of zeros.
  if (missing < 1) return null;
  return join([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function parseGroups(text: string, dottedTailAllowed: boolean): number[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (dottedTailAllowed && index === parts.length - 1 && part.includes(".")) {
      const value = parseIpv4(part);
      if (value === null) return null;
      groups.push(Number(value >> 16n), Number(value & 0xffffn));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function join(groups: readonly number[]): bigint {
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/**
 * Writes the canonical form of RFC 5952: lower case, the longest run of zero groups shortened (the first of
 * equals, never a single group), and a dotted tail for v4-mapped and NAT64 addresses.
 */
export function formatIpv6(value: bigint): string {
  const top = value >> 32n;
  if (top === 0xffffn) return `::ffff:${formatIpv4(value & 0xffffffffn)}`;
  if (top === 0x64_ff9b_0000_0000_0000_0000n) return `64:ff9b::${formatIpv4(value & 0xffffffffn)}`;
  const groups = Array.from({ length: groupCount }, (_, i) =>
    Number((value >> BigInt(112 - 16 * i)) & 0xffffn),
  );
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
