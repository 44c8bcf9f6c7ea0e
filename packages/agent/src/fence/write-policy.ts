import {
  BPF_ANY,
  type BpfObject,
  layout,
  type RawMap,
  StructCodec,
  type StructInput,
} from "@ringfence/kernel";
import { verdictDirections } from "@ringfence/model";
import type { CgroupTable, CompiledPolicy, IntervalTable } from "@ringfence/policy";
import { nameHash, nameWire } from "@ringfence/policy/dns";
import { expectedEntries, expectedWithin } from "./expected-cgroups.js";
import type { ListedCgroup } from "./listed-cgroups.js";
import { intervalTables, type PolicyCapacity, SUBJECT_ROWS } from "./policy-capacity.js";
import { removeWhere } from "./remove-where.js";

/** RF_ANCESTOR_PATTERNS of bpf/include/abi.h. */
const ANCESTOR_PATTERNS = 64;
const { fields: wideInterval, size: wideIntervalSize } = layout.rf_interval6;
const acceptCodec = new StructCodec(layout.rf_accept, "rf_accept");
const ancestorCodec = new StructCodec(layout.rf_ancestor_rows, "rf_ancestor_rows");
const listedNameCodec = new StructCodec(layout.rf_listed_name, "rf_listed_name");
const policyCodec = new StructCodec(layout.rf_policy, "rf_policy");

const NS_PER_SECOND = 1_000_000_000n;

/** Where the keys of a map that all policies share say whose an entry is. */
const slotOffsets: Readonly<Record<string, number>> = {
  comms: layout.rf_comm.fields.slot.offset,
  cgroups: layout.rf_cgroup.fields.slot.offset,
  expected_cgroups: layout.rf_cgroup_path.fields.slot.offset,
  listed_names: layout.rf_listed_name.fields.slot.offset,
};

/** Which of the policies that lie beside each other this one is to be. */
export interface PolicySlot {
  readonly slot: number;
  readonly generation: number;
  /** entries that each slot has in each map */
  readonly capacity: PolicyCapacity;
  /** where names are hashed */
  readonly nameSecret: bigint;
}

/** The table of cgroups, and those of this host by it. */
export interface CgroupsInPolicy {
  readonly table: CgroupTable;
  readonly listed: readonly ListedCgroup[];
}

/** Writes a compiled policy into a slot that no program reads: all but its cgroups and its header. Throws RF_MAP_FULL. */
export function writeTables(object: BpfObject, policy: CompiledPolicy, place: PolicySlot): void {
  const { slot, capacity } = place;
  const map = (name: string) => object.rawMap(name);
  const rows = policy.cgroup.firstRow;
  map("rows").writeAll(
    policy.rows.subarray(0, rows * policy.blockCount * layout.rf_block.size),
    slot * capacity.rows,
  );
  map("summaries").writeAll(
    policy.summaries.subarray(0, rows * layout.rf_summary.size),
    slot * capacity.summaries,
  );
  map("intervals").writeAll(intervalBytes(intervalTables(policy)), slot * capacity.intervals);
  map("intervals6").writeAll(wideIntervalBytes(policy), slot * capacity.intervals6);
  map("interval_index").writeAll(bytesOf(policy.v4Index.positions), slot * capacity.interval_index);
  writeAutomaton(object, policy, place);
  map("ancestor_rows").writeAll(ancestorBytes(policy), slot * ANCESTOR_PATTERNS);
  replaceEntries(map("comms"), slot, commEntries(policy, slot));
  replaceEntries(map("listed_names"), slot, nameEntries(policy, place));
}

/**
 * Writes the rows of cgroups of a policy whose other tables are in the slot, and what it expects. From then on the kernel lists
 * there what is made: whoever looks which cgroups there are after this, and lists them by `listInSlot`, misses none.
 */
export function writeCgroups(
  object: BpfObject,
  table: CgroupTable,
  blockCount: number,
  { slot, capacity }: PolicySlot,
): void {
  const { firstRow, rows, summaries } = table;
  object.rawMap("rows").writeAll(rows, slot * capacity.rows + firstRow * blockCount);
  object.rawMap("summaries").writeAll(summaries, slot * capacity.summaries + firstRow);
  const foreseen = object.rawMap("expected_cgroups");
  replaceEntries(foreseen, slot, expectedEntries(expectedWithin(table, expectedRoom(foreseen)), slot));
  replaceEntries(object.rawMap("cgroups"), slot, []);
}

/** Lists cgroups in the slot. Throws RF_MAP_FULL. */
export function listInSlot(object: BpfObject, listed: readonly ListedCgroup[], slot: number): void {
  addEntries(object.rawMap("cgroups"), cgroupEntries(listed, slot));
}

/** The kernel lists nothing in the slot any more. */
export function expectNothing(object: BpfObject, slot: number): void {
  replaceEntries(object.rawMap("expected_cgroups"), slot, []);
}

/** How many cgroups each policy may expect; none in a run, which sees no cgroup made. */
export function expectedRoom({ info }: Pick<RawMap, "info">): number {
  return Math.floor(info.maxEntries / 2);
}

/** Writes what programs read first, when all else is there. */
export function writeHeader(object: BpfObject, header: PolicyHeader, slot: number): void {
  object.rawMap("policy").writeAll(policyCodec.toBytes(header), slot);
}

/** What programs read first of a policy. */
export type PolicyHeader = StructInput<typeof layout.rf_policy>;

/** The header of a policy with these cgroups. */
export function headerOf(policy: CompiledPolicy, cgroups: CgroupsInPolicy, place: PolicySlot): PolicyHeader {
  return { ...baseHeader(policy, place), ...cgroupHeader(cgroups) };
}

/** The header of the same policy in another slot, with other cgroups. */
export function headerElsewhere(
  header: PolicyHeader,
  cgroups: CgroupsInPolicy,
  { slot, generation, capacity }: PolicySlot,
): PolicyHeader {
  const by = (entries: number) => (slot - header.slot) * entries;
  const moved = <T extends { readonly offset: number }>(table: T, entries: number): T => ({
    ...table,
    offset: table.offset + by(entries),
  });
  return {
    ...header,
    generation,
    slot,
    rows_offset: header.rows_offset + by(capacity.rows),
    summaries_offset: header.summaries_offset + by(capacity.summaries),
    transitions_offset: header.transitions_offset + by(capacity.transitions),
    accepts_offset: header.accepts_offset + by(capacity.accepts),
    v4_index: moved(header.v4_index, capacity.interval_index),
    uid: moved(header.uid, capacity.intervals),
    gid: moved(header.gid, capacity.intervals),
    v4: moved(header.v4, capacity.intervals),
    v6: moved(header.v6, capacity.intervals6),
    tcp: moved(header.tcp, capacity.intervals),
    udp: moved(header.udp, capacity.intervals),
    sctp: moved(header.sctp, capacity.intervals),
    ...cgroupHeader(cgroups),
  };
}

function cgroupHeader({ table, listed }: CgroupsInPolicy) {
  return {
    row_count: table.firstRow + table.rowCount,
    cgroup_count: listed.length + table.expected.length,
    cgroup_other_row: table.otherRow,
    cgroup_new_row: table.otherNewRow,
  };
}

function baseHeader(
  policy: CompiledPolicy,
  { slot, generation, capacity }: PolicySlot,
): Omit<PolicyHeader, keyof ReturnType<typeof cgroupHeader>> {
  const [uid, gid, v4, tcp, udp, sctp] = placesOf(intervalTables(policy), slot * capacity.intervals);
  const { automaton } = policy.exe;
  return {
    grace_ns: BigInt(policy.names.graceSeconds) * NS_PER_SECOND,
    generation,
    slot,
    rows_offset: slot * capacity.rows,
    summaries_offset: slot * capacity.summaries,
    subject_limit: SUBJECT_ROWS,
    next_subject: 0,
    transitions_offset: slot * capacity.transitions,
    accepts_offset: slot * capacity.accepts,
    block_count: policy.blockCount,
    bit_count: policy.bits.length,
    deny_end: policy.segments.denyEnd,
    allow_end: policy.segments.allowEnd,
    default_deny_end: policy.segments.defaultDenyEnd,
    enforced_row: policy.enforcedRow,
    unattended_row: policy.unattendedRow,
    exe_unknown_row: policy.exe.unknownRow,
    class_count: automaton?.classCount ?? 0,
    start_state: automaton?.start ?? 0,
    ancestor_count: policy.ancestors.count,
    ancestor_subject_none_row: policy.ancestors.subject.noneRow,
    ancestor_rule_none_row: policy.ancestors.rule.noneRow,
    comm_count: policy.comm.entries.length,
    comm_other_row: policy.comm.otherRow,
    icmp_row: policy.icmpRow,
    other_row: policy.otherRow,
    enforcing: policy.bits.some((bit) => !bit.audit) ? 1 : 0,
    anywhere_row: policy.names.anywhereRow,
    query_count: policy.names.queryBits,
    name_depth: nameDepth(policy),
    direction_rows: verdictDirections.map((direction) => policy.directionRows[direction]),
    v4_index: { offset: slot * capacity.interval_index, shift: policy.v4Index.shift },
    uid,
    gid,
    v4,
    v6: { offset: slot * capacity.intervals6, count: policy.v6.rows.length },
    tcp,
    udp,
    sctp,
    byte_class: automaton?.byteClass ?? new Uint8Array(256),
  };
}

interface Place {
  readonly offset: number;
  readonly count: number;
}

function placesOf(
  tables: ReturnType<typeof intervalTables>,
  start: number,
): [Place, Place, Place, Place, Place, Place] {
  let offset = start;
  const place = (table: IntervalTable): Place => {
    const found = { offset, count: table.starts.length };
    offset += found.count;
    return found;
  };
  const [uid, gid, v4, tcp, udp, sctp] = tables;
  return [place(uid), place(gid), place(v4), place(tcp), place(udp), place(sctp)];
}

function intervalBytes(tables: ReturnType<typeof intervalTables>): Uint8Array {
  const words = new Uint32Array(2 * tables.reduce((sum, table) => sum + table.starts.length, 0));
  let at = 0;
  for (const { starts, rows } of tables) {
    for (let i = 0; i < starts.length; i++) {
      words[at++] = starts[i] ?? 0;
      words[at++] = rows[i] ?? 1;
    }
  }
  return bytesOf(words);
}

function wideIntervalBytes({ v6 }: CompiledPolicy): Uint8Array {
  const bytes = new Uint8Array(v6.rows.length * wideIntervalSize);
  const view = new DataView(bytes.buffer);
  const { high, low, row } = wideInterval;
  const put = (offset: number, word: number | undefined) => view.setUint32(offset, word ?? 0, true);
  for (let i = 0; i < v6.rows.length; i++) {
    const at = i * wideIntervalSize;
    put(at + high.offset + 4, v6.starts[4 * i]);
    put(at + high.offset, v6.starts[4 * i + 1]);
    put(at + low.offset + 4, v6.starts[4 * i + 2]);
    put(at + low.offset, v6.starts[4 * i + 3]);
    put(at + row.offset, v6.rows[i] ?? 1);
  }
  return bytes;
}

function writeAutomaton(object: BpfObject, policy: CompiledPolicy, { slot, capacity }: PolicySlot): void {
  const { automaton } = policy.exe;
  if (automaton === null) return;
  object.rawMap("transitions").writeAll(bytesOf(automaton.transitions), slot * capacity.transitions);
  const bytes = new Uint8Array(automaton.stateCount * acceptCodec.size);
  const view = new DataView(bytes.buffer);
  for (const [state, accept] of automaton.accepts.entries()) {
    const value = {
      ancestor_bits: accept.ancestorBits,
      trusted_row: accept.trustedRow,
      untrusted_row: accept.untrustedRow,
    };
    acceptCodec.encode(value, view, state * acceptCodec.size);
  }
  object.rawMap("accepts").writeAll(bytes, slot * capacity.accepts);
}

function ancestorBytes({ ancestors }: CompiledPolicy): Uint8Array {
  const { count, subject, rule } = ancestors;
  const bytes = new Uint8Array(count * ancestorCodec.size);
  const view = new DataView(bytes.buffer);
  for (let pattern = 0; pattern < count; pattern++) {
    const rows = {
      subject_row: subject.rows[pattern] ?? 1,
      subject_deny_row: subject.denyRows[pattern] ?? 1,
      rule_row: rule.rows[pattern] ?? 1,
      rule_deny_row: rule.denyRows[pattern] ?? 1,
    };
    ancestorCodec.encode(rows, view, pattern * ancestorCodec.size);
  }
  return bytes;
}

type Entry = readonly [key: Uint8Array, ...rows: readonly number[]];

function* commEntries(policy: CompiledPolicy, slot: number): Generator<Entry> {
  for (const { comm, row } of policy.comm.entries) {
    const key = new Uint8Array(layout.rf_comm.size);
    const { offset } = layout.rf_comm.fields.slot;
    key.set(Buffer.from(comm).subarray(0, offset - 1));
    new DataView(key.buffer).setUint32(offset, slot, true);
    yield [key, row];
  }
}

function* cgroupEntries(cgroups: readonly ListedCgroup[], slot: number): Generator<Entry> {
  for (const { id, row, newRow } of cgroups) {
    const key = new Uint8Array(layout.rf_cgroup.size);
    const view = new DataView(key.buffer);
    view.setBigUint64(layout.rf_cgroup.fields.id.offset, id, true);
    view.setUint32(layout.rf_cgroup.fields.slot.offset, slot, true);
    yield [key, row, newRow, 0];
  }
}

/** Labels of the longest name that has a wildcard below it. */
function nameDepth({ names }: CompiledPolicy): number {
  const labels = names.entries.map(({ name, wildcard }) => (wildcard ? name.split(".").length : 0));
  return Math.max(0, ...labels);
}

function* nameEntries({ names }: CompiledPolicy, { slot, nameSecret }: PolicySlot): Generator<Entry> {
  for (const { name, wildcard, row } of names.entries) {
    const hash = nameHash(nameWire(name), nameSecret);
    yield [listedNameCodec.toBytes({ hash, slot, wildcard: Number(wildcard) }), row];
  }
}

/** Writes the entries of a slot into a hash, and removes those that an older policy left in it. */
function replaceEntries(map: RawMap, slot: number, entries: Iterable<Entry>): void {
  removeWhere(map, slotOffsets[map.name] ?? 0, (number) => number === slot);
  addEntries(map, entries);
}

function addEntries(map: RawMap, entries: Iterable<Entry>): void {
  for (const [key, ...rows] of entries) map.update(key, bytesOf(Uint32Array.from(rows)), BPF_ANY);
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
