import { nat64Prefix, prefixRange } from "@ringfence/model";
import type { CompiledPolicy, IntervalTable, WideIntervalTable } from "../compile/compiled-policy.js";
import { wideAt, wordsOf } from "../compile/wide-words.js";

/** Makes tables of which one thing is wrong, as a broken compiler would. */
export type TableMutant = (compiled: CompiledPolicy) => CompiledPolicy;

/** Tables with one thing wrong. Interpreter and kernel read these parts alike. */
export const tableMutants: Readonly<Record<string, TableMutant>> = {
  "the first bit is lost": (c) => withoutBits(c, (bit) => bit === 0),
  "the last bit of each byte is lost": (c) => withoutBits(c, (bit) => bit % 8 === 7),
  "ports end one too early": (c) => ({
    ...c,
    tcp: earlier(c.tcp),
    udp: earlier(c.udp),
    sctp: earlier(c.sctp),
  }),
  "a range of ports ends one interval late": (c) => ({ ...c, tcp: later(c.tcp) }),
  "uids end one too early": (c) => ({ ...c, uid: earlier(c.uid) }),
  "gids end one too early": (c) => ({ ...c, gid: earlier(c.gid) }),
  "IPv4 blocks end one too early": (c) => ({ ...c, v4: earlier(c.v4) }),
  "an IPv4 block ends one interval late": (c) => ({ ...c, v4: later(c.v4) }),
  "IPv6 blocks end one too early": (c) => ({ ...c, v6: earlierWide(c.v6) }),
  "IPv6 takes the table of IPv4": (c) => ({ ...c, v6: widened(c.v4) }),
  "NAT64 addresses answer to no IPv4 rule": (c) => ({ ...c, v6: withoutNat64(c.v6) }),
  "IPv4 takes the rows of IPv6": (c) => ({
    ...c,
    v4: { ...c.v4, rows: repeated(c.v6.rows, c.v4.rows.length) },
  }),
  "tcp and udp are swapped": (c) => ({ ...c, tcp: c.udp, udp: c.tcp }),
  "sctp takes the table of tcp": (c) => ({ ...c, sctp: c.tcp }),
  "sctp takes the row of other protocols": (c) => ({
    ...c,
    sctp: { starts: Uint32Array.of(0), rows: Uint32Array.of(c.otherRow) },
  }),
  "uid and gid are swapped": (c) => ({ ...c, uid: c.gid, gid: c.uid }),
  "icmp takes the row of other protocols": (c) => ({ ...c, icmpRow: c.otherRow }),
  "other protocols take the row of icmp": (c) => ({ ...c, otherRow: c.icmpRow }),
  "the enforced row holds what is audited": (c) => ({ ...c, enforcedRow: 0 }),
  "untrusted executables are believed": (c) =>
    onAccepts(c, (rows) => ({ ...rows, untrustedRow: rows.trustedRow })),
  "no executable is believed": (c) => onAccepts(c, (rows) => ({ ...rows, trustedRow: rows.untrustedRow })),
  "trusted and untrusted executables are swapped": (c) =>
    onAccepts(c, (rows) => ({ ...rows, trustedRow: rows.untrustedRow, untrustedRow: rows.trustedRow })),
  "an executable is no ancestor": (c) => onAccepts(c, (rows) => ({ ...rows, ancestorBits: 0n })),
  "an unknown executable matches nothing": (c) => ({ ...c, exe: { ...c.exe, unknownRow: 1 } }),
  "an unknown executable matches everything": (c) => ({ ...c, exe: { ...c.exe, unknownRow: 0 } }),
  "untrusted ancestors are believed": (c) => ({
    ...c,
    ancestors: {
      ...c.ancestors,
      subject: { ...c.ancestors.subject, denyRows: c.ancestors.subject.rows },
      rule: { ...c.ancestors.rule, denyRows: c.ancestors.rule.rows },
    },
  }),
  "a subject asks of ancestors what the rule asks": (c) => ({
    ...c,
    ancestors: { ...c.ancestors, subject: c.ancestors.rule },
  }),
  "a rule asks of ancestors what the subject asks": (c) => ({
    ...c,
    ancestors: { ...c.ancestors, rule: c.ancestors.subject },
  }),
  "whoever has no ancestor matches": (c) => ({
    ...c,
    ancestors: { ...c.ancestors, rule: { ...c.ancestors.rule, noneRow: 0 } },
  }),
  "ingress and egress are swapped": (c) => ({
    ...c,
    directionRows: { ...c.directionRows, egress: c.directionRows.ingress, ingress: c.directionRows.egress },
  }),
  "the direction is ignored": (c) => ({
    ...c,
    directionRows: { egress: 0, ingress: 0, listen: 0, unattributed: 0, query: 0 },
  }),
  "comm is ignored": (c) => ({ ...c, comm: { otherRow: 0, entries: [] } }),
  "a comm that is not listed matches all": (c) => ({ ...c, comm: { ...c.comm, otherRow: 0 } }),
  "cgroups are ignored": (c) => ({
    ...c,
    cgroup: { ...c.cgroup, otherRow: 0, otherNewRow: 0, entries: [] },
  }),
  "a new cgroup counts as the host": (c) => ({
    ...c,
    cgroup: {
      ...c.cgroup,
      otherNewRow: c.cgroup.otherRow,
      entries: c.cgroup.entries.map((entry) => ({ ...entry, newRow: entry.row })),
    },
  }),
  "a new cgroup is none of those above it": (c) => ({
    ...c,
    cgroup: {
      ...c.cgroup,
      entries: c.cgroup.entries.map((entry) => ({ ...entry, newRow: c.cgroup.otherNewRow })),
    },
  }),
  "containers are forgotten": (c) => ({
    ...c,
    cgroup: { ...c.cgroup, entries: c.cgroup.entries.filter(({ path }) => path !== "/docker/c2") },
  }),
};

/** The same for what only a policy of many rules and blocks has. */
export const largeTableMutants: Readonly<Record<string, TableMutant>> = {
  "the first bit of each block is lost": (c) => withoutBits(c, (bit) => bit % 512 === 0),
  "the last bit of each word is lost": (c) => withoutBits(c, (bit) => bit % 64 === 63),
  "the summaries leave out the last block": (c) => withoutSummary(c, c.blockCount - 1),
  "the summaries leave out the first block": (c) => withoutSummary(c, 0),
  "the summaries name the block behind": (c) => ({
    ...c,
    summaries: c.summaries.map(
      (byte, at) => (byte << 1) | (at % 8 === 0 ? 0 : (c.summaries[at - 1] ?? 0) >> 7),
    ),
  }),
  "the first level points one interval late": (c) => onPositions(c, (position) => position + 1),
  "a search ends where its bucket begins": (c) =>
    onPositions(c, (position, bucket, positions) => positions[bucket - 1] ?? position),
  "the first level takes too many bits of a value": (c) => ({
    ...c,
    v4Index: { ...c.v4Index, shift: c.v4Index.shift - 1 },
  }),
};

/** Ends of segments that are one off: only the kernel reads them, the interpreter knows each rule's action. */
export const segmentMutants: Readonly<Record<string, TableMutant>> = {
  "the last deny rule allows": (c) => segments(c, { denyEnd: c.segments.denyEnd - 1 }),
  "the first allow rule denies": (c) => segments(c, { denyEnd: c.segments.denyEnd + 1 }),
  "the last allow rule denies": (c) => segments(c, { allowEnd: c.segments.allowEnd - 1 }),
  "the first default deny allows": (c) => segments(c, { allowEnd: c.segments.allowEnd + 1 }),
  "the last default deny allows": (c) => segments(c, { defaultDenyEnd: c.segments.defaultDenyEnd - 1 }),
  "the first default allow denies": (c) => segments(c, { defaultDenyEnd: c.segments.defaultDenyEnd + 1 }),
};

function withoutSummary(compiled: CompiledPolicy, block: number): CompiledPolicy {
  const lost = (at: number) => (at % 8 === block >> 3 ? 1 << (block & 7) : 0);
  return { ...compiled, summaries: compiled.summaries.map((byte, at) => byte & ~lost(at)) };
}

function onPositions(
  compiled: CompiledPolicy,
  change: (position: number, bucket: number, positions: Uint32Array) => number,
): CompiledPolicy {
  const { v4Index } = compiled;
  return { ...compiled, v4Index: { ...v4Index, positions: v4Index.positions.map(change) } };
}

function segments(compiled: CompiledPolicy, change: Partial<CompiledPolicy["segments"]>): CompiledPolicy {
  const changed = { ...compiled.segments, ...change };
  return Math.min(...Object.values(changed)) < 0 ? compiled : { ...compiled, segments: changed };
}

function withoutBits(compiled: CompiledPolicy, isLost: (bit: number) => boolean): CompiledPolicy {
  const rows = compiled.rows.slice();
  const rowBytes = compiled.blockCount * 256;
  for (let at = 0; at < rows.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      if (isLost((at % rowBytes) * 8 + bit)) rows[at] = (rows[at] ?? 0) & ~(1 << bit);
    }
  }
  return { ...compiled, rows };
}

function earlier(table: IntervalTable): IntervalTable {
  return { ...table, starts: table.starts.map((start, i) => (i === 0 ? start : start - 1)) };
}

function earlierWide(table: WideIntervalTable): WideIntervalTable {
  return { ...table, starts: wordsOf(startsOf(table).map((start) => (start === 0n ? start : start - 1n))) };
}

/** Each interval has the row of the one before. */
function later(table: IntervalTable): IntervalTable {
  return { ...table, rows: table.rows.map((_, i) => table.rows[Math.max(0, i - 1)] ?? 1) };
}

/** The addresses of NAT64 have the row of what lies below them. */
function withoutNat64(table: WideIntervalTable): WideIntervalTable {
  const starts = startsOf(table);
  const { first, last } = prefixRange(nat64Prefix);
  const below = table.rows[starts.findLastIndex((start) => start < first)] ?? 1;
  return { ...table, rows: table.rows.map((row, i) => (isWithin(starts[i], first, last) ? below : row)) };
}

function startsOf({ starts, rows }: WideIntervalTable): bigint[] {
  return Array.from(rows, (_, i) => wideAt(starts, i));
}

function isWithin(value: bigint | undefined, first: bigint, last: bigint): boolean {
  return value !== undefined && first <= value && value <= last;
}

function widened({ starts, rows }: IntervalTable): WideIntervalTable {
  return { starts: wordsOf(Array.from(starts, BigInt)), rows };
}

function repeated(rows: Uint32Array, length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => rows[i % rows.length] ?? 1);
}

type Accept = NonNullable<CompiledPolicy["exe"]["automaton"]>["accepts"][number];

function onAccepts(compiled: CompiledPolicy, change: (accept: Accept) => Accept): CompiledPolicy {
  const { automaton } = compiled.exe;
  if (automaton === null) return compiled;
  const accepts = automaton.accepts.map(change);
  return { ...compiled, exe: { ...compiled.exe, automaton: { ...automaton, accepts } } };
}
