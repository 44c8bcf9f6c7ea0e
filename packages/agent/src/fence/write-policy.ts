import {
  BPF_ANY,
  type BpfObject,
  layout,
  type RawMap,
  StructCodec,
  type StructInput,
  u32Codec,
} from "@ringfence/kernel";
import type { CompiledPolicy, IntervalTable } from "@ringfence/policy";
import { intervalTables } from "./policy-sizes.js";

const U64 = (1n << 64n) - 1n;
const policyCodec = new StructCodec(layout.rf_policy, "rf_policy");

/** Writes a compiled policy into the maps of an object that no hook reads yet. Throws RF_MAP_FULL. */
export function writePolicy(
  object: BpfObject,
  policy: CompiledPolicy,
  cgroupId: (path: string) => bigint | null,
): void {
  object.rawMap("rows").writeAll(policy.rows);
  writeIntervals(object.rawMap("intervals"), intervalTables(policy));
  writeWideIntervals(object.rawMap("intervals6"), policy);
  writeAutomaton(object, policy);
  writeAncestors(object, policy);
  writeComms(object.rawMap("comms"), policy);
  const cgroups = writeCgroups(object.rawMap("cgroups"), policy, cgroupId);
  object.map("policy", u32Codec, policyCodec).set(0, header(policy, cgroups));
}

function header(policy: CompiledPolicy, cgroups: number): StructInput<typeof layout.rf_policy> {
  const [uid, gid, v4, tcp, udp] = placesOf(intervalTables(policy));
  const { automaton } = policy.exe;
  return {
    generation: 1,
    block_count: policy.blockCount,
    bit_count: policy.bits.length,
    deny_end: policy.segments.denyEnd,
    allow_end: policy.segments.allowEnd,
    default_deny_end: policy.segments.defaultDenyEnd,
    enforced_row: policy.enforcedRow,
    exe_unknown_row: policy.exe.unknownRow,
    class_count: automaton?.classCount ?? 0,
    start_state: automaton?.start ?? 0,
    ancestor_count: policy.ancestors.count,
    ancestor_subject_none_row: policy.ancestors.subject.noneRow,
    ancestor_rule_none_row: policy.ancestors.rule.noneRow,
    comm_count: policy.comm.entries.length,
    comm_other_row: policy.comm.otherRow,
    cgroup_count: cgroups,
    cgroup_other_row: policy.cgroup.otherRow,
    icmp_row: policy.icmpRow,
    other_row: policy.otherRow,
    enforcing: policy.bits.some((bit) => !bit.audit) ? 1 : 0,
    uid,
    gid,
    v4,
    v6: { offset: 0, count: policy.v6.starts.length },
    tcp,
    udp,
    byte_class: automaton?.byteClass ?? new Uint8Array(256),
  };
}

interface Place {
  readonly offset: number;
  readonly count: number;
}

function placesOf(tables: ReturnType<typeof intervalTables>): [Place, Place, Place, Place, Place] {
  let offset = 0;
  const place = (table: IntervalTable): Place => {
    const found = { offset, count: table.starts.length };
    offset += found.count;
    return found;
  };
  const [uid, gid, v4, tcp, udp] = tables;
  return [place(uid), place(gid), place(v4), place(tcp), place(udp)];
}

function writeIntervals(map: RawMap, tables: ReturnType<typeof intervalTables>): void {
  const words: number[] = [];
  for (const table of tables) {
    for (const [index, start] of table.starts.entries()) words.push(start, table.rows[index] ?? 1);
  }
  map.writeAll(new Uint8Array(Uint32Array.from(words).buffer));
}

function writeWideIntervals(map: RawMap, policy: CompiledPolicy): void {
  const codec = new StructCodec(layout.rf_interval6, "rf_interval6");
  const bytes = new Uint8Array(policy.v6.starts.length * codec.size);
  const view = new DataView(bytes.buffer);
  for (const [index, start] of policy.v6.starts.entries()) {
    const row = policy.v6.rows[index] ?? 1;
    codec.encode({ high: start >> 64n, low: start & U64, row, unused: 0 }, view, index * codec.size);
  }
  map.writeAll(bytes);
}

function writeAutomaton(object: BpfObject, policy: CompiledPolicy): void {
  const { automaton } = policy.exe;
  if (automaton === null) return;
  object.rawMap("transitions").writeAll(new Uint8Array(automaton.transitions.slice().buffer));
  const codec = new StructCodec(layout.rf_accept, "rf_accept");
  const bytes = new Uint8Array(automaton.stateCount * codec.size);
  const view = new DataView(bytes.buffer);
  for (const [state, accept] of automaton.accepts.entries()) {
    const value = {
      ancestor_bits: accept.ancestorBits,
      trusted_row: accept.trustedRow,
      untrusted_row: accept.untrustedRow,
    };
    codec.encode(value, view, state * codec.size);
  }
  object.rawMap("accepts").writeAll(bytes);
}

function writeAncestors(object: BpfObject, policy: CompiledPolicy): void {
  const { count, subject, rule } = policy.ancestors;
  const codec = new StructCodec(layout.rf_ancestor_rows, "rf_ancestor_rows");
  const map = object.map("ancestor_rows", u32Codec, codec);
  for (let pattern = 0; pattern < count; pattern++) {
    map.set(pattern, {
      subject_row: subject.rows[pattern] ?? 1,
      subject_deny_row: subject.denyRows[pattern] ?? 1,
      rule_row: rule.rows[pattern] ?? 1,
      rule_deny_row: rule.denyRows[pattern] ?? 1,
    });
  }
}

function writeComms(map: RawMap, policy: CompiledPolicy): void {
  for (const { comm, row } of policy.comm.entries) {
    const key = new Uint8Array(layout.rf_comm.size);
    key.set(Buffer.from(comm).subarray(0, key.length - 1));
    map.update(key, new Uint8Array(Uint32Array.of(row).buffer), BPF_ANY);
  }
}

/** A cgroup that does not exist holds no process; it is left out. */
function writeCgroups(
  map: RawMap,
  policy: CompiledPolicy,
  cgroupId: (path: string) => bigint | null,
): number {
  let written = 0;
  for (const { path, row } of policy.cgroup.entries) {
    const id = cgroupId(path);
    if (id === null) continue;
    map.update(new Uint8Array(BigUint64Array.of(id).buffer), new Uint8Array(Uint32Array.of(row).buffer));
    written += 1;
  }
  return written;
}
